//! Lines as live entries, for tests that need a record without a store.

use std::collections::HashMap;

use griot_domain::EntryId;
use griot_persistence::LiveEntry;
use uuid::Uuid;

use super::identity::Name;
use super::line::Line;
use super::reference::Named;
use super::source::Lines;

/// The entries of `text`, each new, with counted ids.
pub(crate) fn live_entries(text: &str) -> Vec<LiveEntry> {
    let mut lines = Lines::of(text.as_bytes());
    let mut names: HashMap<Name, EntryId> = HashMap::new();
    let mut entries = Vec::new();
    while let Some(json) = lines.next().unwrap() {
        let mut line = Line::read(json.unwrap()).unwrap();
        let id = EntryId(Uuid::from_u128(lines.number as u128));
        let resolved = line.references(|reference| {
            Name::of(reference).and_then(|name| names.get(&name)).map_or(Named::Unknown, |id| Named::Is(*id))
        });
        assert_eq!(resolved, Ok(()), "line {}", lines.number);
        let parts = line.shape().unwrap_or_else(|fault| panic!("line {}: {fault}", lines.number));
        names.extend(Name::given(&line, &parts).into_iter().map(|name| (name, id)));
        let texts = parts.editions.into_iter().map(|(locale, edition)| (locale, edition.text)).collect();
        entries.push(LiveEntry { id, entry: parts.entry.expect("a new entry is whole"), texts });
    }
    entries
}
