//! Items the record shows to the public and WordPress no longer does.

use griot_domain::EntryId;
use griot_persistence::{Publisher, StoreError};

use super::survey::Survey;
use crate::report::Problem;

/// Ids asked for at a time.
const CHUNK: usize = 2_000;

/// An item that is not public in the export.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gone {
    pub(crate) number: u64,
    pub(crate) line: u32,
    /// Position of its language in the survey's list.
    pub(crate) locale: u16,
}

/// Notes each item that is public in the record. Nothing is withdrawn: a draft of today may be a slip.
pub(crate) async fn note_gone(survey: &mut Survey, published: &Publisher) -> Result<(), StoreError> {
    let mut gone = std::mem::take(&mut survey.gone);
    gone.sort_by_key(|one| one.line);
    for chunk in gone.chunks(CHUNK) {
        let values: Vec<String> = chunk.iter().map(|one| survey.external_id(one.number).value).collect();
        let known = published.ids_by_external(&survey.site.scheme, &values).await?;
        let ids: Vec<EntryId> = known.values().copied().collect();
        let live = published.live_editions(&ids).await?;
        for (one, value) in chunk.iter().zip(&values) {
            let is_live = |id: &EntryId| live.contains(&(*id, survey.locale_at(one.locale).clone()));
            if known.get(value).is_some_and(is_live) {
                let message = "is public in the record, but no longer in WordPress; withdraw it if that is meant";
                let item = Some(format!("post {}", one.number));
                survey.notes.push(Problem { line: Some(one.line.into()), item, message: message.to_owned() });
            }
        }
    }
    Ok(())
}
