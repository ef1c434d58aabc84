//! Namings in imported texts that wait for an editor's answer.

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, Locale, micros};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{EditorialStore, EditorialTx};
use crate::entity::mention_suggestion;
use crate::publish::parse_locale;
use crate::{StoreError, Suggestion};

/// A naming that nobody has answered yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSuggestion {
    /// Grows with each that is found; another one after the text was imported anew.
    pub id: i64,
    /// The article.
    pub entry: EntryId,
    #[allow(missing_docs)]
    pub locale: Locale,
    #[allow(missing_docs)]
    pub naming: Suggestion,
}

/// Which of them to list.
#[derive(Clone, Debug, Default)]
pub struct SuggestionFilter {
    /// Of this article only.
    pub entry: Option<EntryId>,
    /// In this language only.
    pub locale: Option<Locale>,
}

impl EditorialTx<'_> {
    /// The one with this id, unless it was answered.
    pub async fn open_suggestion(&self, id: i64) -> Result<Option<OpenSuggestion>, StoreError> {
        let row = mention_suggestion::Entity::find_by_id(id)
            .filter(mention_suggestion::Column::AnsweredAt.is_null())
            .one(&self.tx.tx)
            .await?;
        row.map(read).transpose()
    }

    /// Closes one. An import that finds the same naming again does not open it anew.
    pub async fn answer_suggestion(&self, id: i64, at: DateTime<Utc>) -> Result<(), StoreError> {
        mention_suggestion::Entity::update_many()
            .col_expr(mention_suggestion::Column::AnsweredAt, Expr::value(micros(at)))
            .filter(mention_suggestion::Column::Id.eq(id))
            .exec(&self.tx.tx)
            .await?;
        Ok(())
    }

    /// Closes all that texts of an entry leave open.
    pub async fn answer_suggestions_of(&self, entry: EntryId, at: DateTime<Utc>) -> Result<(), StoreError> {
        mention_suggestion::Entity::update_many()
            .col_expr(mention_suggestion::Column::AnsweredAt, Expr::value(micros(at)))
            .filter(mention_suggestion::Column::EntryId.eq(entry.0))
            .filter(mention_suggestion::Column::AnsweredAt.is_null())
            .exec(&self.tx.tx)
            .await?;
        Ok(())
    }
}

impl EditorialStore {
    /// Open ones with an id above `after`, the oldest first, at most `limit`.
    pub async fn open_suggestions(
        &self,
        filter: &SuggestionFilter,
        after: Option<i64>,
        limit: u64,
    ) -> Result<Vec<OpenSuggestion>, StoreError> {
        let mut query = mention_suggestion::Entity::find()
            .filter(mention_suggestion::Column::AnsweredAt.is_null())
            .order_by_asc(mention_suggestion::Column::Id)
            .limit(limit);
        if let Some(entry) = filter.entry {
            query = query.filter(mention_suggestion::Column::EntryId.eq(entry.0));
        }
        if let Some(locale) = &filter.locale {
            query = query.filter(mention_suggestion::Column::Locale.eq(locale.as_str()));
        }
        if let Some(after) = after {
            query = query.filter(mention_suggestion::Column::Id.gt(after));
        }
        query.all(&self.reading.editorial).await?.into_iter().map(read).collect()
    }
}

fn read(row: mention_suggestion::Model) -> Result<OpenSuggestion, StoreError> {
    Ok(OpenSuggestion {
        id: row.id,
        entry: EntryId(row.entry_id),
        locale: parse_locale(&row.locale, row.entry_id)?,
        naming: serde_json::from_str(&row.suggestion)
            .map_err(|err| StoreError::corrupt(format!("suggestion {}", row.id), err))?,
    })
}
