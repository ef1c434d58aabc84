//! Everything that is live of an entry, in all its languages at once.

use griot_domain::{Body, Entry, EntryId, EntryKind, Facts, Locale, Moment, Text};
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
        let mut texts = self.live(ids).await?;
        let editions: Vec<i64> = texts.iter().map(|(edition, _)| *edition).collect();
        let mut bodies = self.bodies(&editions).await?;
        for (edition, text) in &mut texts {
            text.body = bodies.remove(edition).unwrap_or_default();
        }
        Ok(texts.into_iter().map(|(_, text)| text).collect())
    }

    /// What filters judge by, of all live texts of `ids`, in no order. One statement.
    pub async fn live_facts(&self, ids: &[EntryId]) -> Result<Vec<(EntryId, Facts)>, StoreError> {
        let facts = |(_, LiveText { id, entry, locale, text, .. }): &(i64, LiveText)| {
            (*id, Facts::of(*id, entry, locale, text))
        };
        Ok(self.live(ids).await?.iter().map(facts).collect())
    }

    /// The texts without their bodies, by edition.
    async fn live(&self, ids: &[EntryId]) -> Result<Vec<(i64, LiveText)>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = select_records(Moment::Now);
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        query.and_where(col(VERSION, entry_version::Column::EntryId).is_in(padded(&ids)));
        let rows = self.rows_by_index(&query).await?;
        let texts = rows.iter().map(|row| {
            let edition: i64 = row.get(5)?;
            let corrupt = |err: &dyn std::fmt::Display| StoreError::corrupt(format!("edition {edition}"), err);
            let kind = kind_of(row)?;
            let text = LiveText {
                id: EntryId(row.get(0)?),
                kind,
                entry: Entry::from_json(kind, &row.text(2)?).map_err(|err| corrupt(&err))?,
                locale: Locale::parse(&row.text(6)?).map_err(|err| corrupt(&err))?,
                position: row.get(10)?,
                text: Text::from_json(kind, &row.text(8)?).map_err(|err| corrupt(&err))?,
                body: Body::default(),
            };
            Ok((edition, text))
        });
        texts.collect()
    }
}
