//! About how many bytes things take in memory. The text of a thing as JSON is a fair measure of it; what the parts need
//! besides is about as much again.

use griot_persistence::{Condition, ListQuery, Page, PageRow, Record};
use serde::Serialize;

/// Of a thing that can be written as JSON.
pub(crate) fn of_json(thing: &impl Serialize) -> usize {
    let mut length = Length(0);
    match serde_json::to_writer(&mut length, thing) {
        Ok(()) => 2 * length.0,
        Err(_) => usize::MAX / 4,
    }
}

pub(crate) fn of_record(record: Option<&Record>) -> usize {
    record.map_or(0, |record| {
        let alternates: usize = record.alternates.iter().map(|one| 128 + one.title.len()).sum();
        size_of::<Record>() + 2 * record.stored_bytes + alternates
    })
}

pub(crate) fn of_page(page: &Page) -> usize {
    page.rows.len() * (size_of::<PageRow>() + 32)
}

/// Of what is looked for in a list.
pub(crate) fn of_query(query: &ListQuery) -> usize {
    query.conditions.iter().map(of_condition).sum()
}

fn of_condition(condition: &Condition) -> usize {
    let inner = match condition {
        Condition::Ids(ids) => size_of_val(&**ids),
        Condition::Facets(facets) | Condition::NotFacets(facets) => size_of_val(&**facets),
        Condition::LinksTo { targets, .. } => size_of_val(&**targets),
        Condition::HoldsPostAt { institutions, .. } => size_of_val(&**institutions),
        Condition::Words(words) => words.len(),
        Condition::All(parts) | Condition::Any(parts) => parts.iter().map(of_condition).sum(),
        Condition::Not(part) => of_condition(part),
        Condition::LinksNowhere(_)
        | Condition::DatedWithin { .. }
        | Condition::GoingOn { .. }
        | Condition::InLocale(_) => 0,
    };
    size_of::<Condition>() + inner
}

/// Counts what is written.
struct Length(usize);

impl std::io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
