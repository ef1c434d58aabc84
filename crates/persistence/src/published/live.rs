//! Everything that is live of an entry, in all its languages at once.

use griot_domain::{Body, Entry, EntryId, EntryKind, Locale, Moment, Text};
use sea_orm::sea_query::ExprTrait;
use uuid::Uuid;

use super::PublishedStore;
use super::record::{kind_of, select_records};
use super::sql::{VERSION, col};
use crate::StoreError;
use crate::entity::entry_version;
use crate::statements::padded;

/// An entry in one of the languages it is public in.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveText {
    #[allow(missing_docs)]
    pub id: EntryId,
    #[allow(missing_docs)]
    pub kind: EntryKind,
    #[allow(missing_docs)]
    pub entry: Entry,
    /// The language of the text.
    pub locale: Locale,
    /// Which of the entry's languages it is; the least one stands for the language first published.
    pub position: i64,
    #[allow(missing_docs)]
    pub text: Text,
    #[allow(missing_docs)]
    pub body: Body,
}

impl PublishedStore {
    /// All live texts of `ids`, in no order. Two statements.
    pub async fn live_texts(&self, ids: &[EntryId]) -> Result<Vec<LiveText>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = select_records(Moment::Now);
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        query.and_where(col(VERSION, entry_version::Column::EntryId).is_in(padded(&ids)));
        let rows = self.rows_by_index(&query).await?;
        let mut editions: Vec<i64> = Vec::with_capacity(rows.len());
        for row in &rows {
            editions.push(row.get(5)?);
        }
        let mut bodies = self.bodies(&editions).await?;
        let texts = rows.iter().zip(editions).map(|(row, edition)| {
            let corrupt = |err: &dyn std::fmt::Display| StoreError::corrupt(format!("edition {edition}"), err);
            let kind = kind_of(row)?;
            Ok(LiveText {
                id: EntryId(row.get(0)?),
                kind,
                entry: Entry::from_json(kind, &row.text(2)?).map_err(|err| corrupt(&err))?,
                locale: Locale::parse(&row.text(6)?).map_err(|err| corrupt(&err))?,
                position: row.get(10)?,
                text: Text::from_json(kind, &row.text(8)?).map_err(|err| corrupt(&err))?,
                body: bodies.remove(&edition).unwrap_or_default(),
            })
        });
        texts.collect()
    }
}
