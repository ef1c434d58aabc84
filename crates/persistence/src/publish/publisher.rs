//! The write handle of a store.

use griot_domain::{Entry, EntryId, EntryKind, Locale, Publication};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder};

use super::{Act, Outcome};
use crate::entity::mention_suggestion;
use crate::location::Access;
use crate::{Location, StoreError, StoreName, Suggestion, migrate};

/// The write handle of one store; clones share its connection.
#[derive(Clone, Debug)]
pub struct Publisher {
    pub(crate) db: DatabaseConnection,
    store: StoreName,
}

impl Publisher {
    /// Opens a migrated store for writing.
    pub async fn open(location: &Location, store: StoreName) -> Result<Self, StoreError> {
        let missing = location.file(store).filter(|file| !file.is_file());
        if let Some(file) = missing {
            return Err(StoreError::NotMigrated {
                place: file.display().to_string(),
                detail: "there is no such file".to_owned(),
            });
        }
        let db = location.connect(store, Access::Write).await?;
        migrate::check(&db, location, store).await?;
        Ok(Self { db, store })
    }

    /// The store this handle writes.
    pub fn store(&self) -> StoreName {
        self.store
    }

    /// Publishes in one transaction. Each publication that changes something takes the next `seq`, or one for each of
    /// the instants its parts become live at; one that changes
    /// nothing is [`Outcome::Unchanged`]; one that is [`Outcome::Refused`] leaves nothing behind and does not stop
    /// the others. After an error nothing was written. Outcomes stand in the order given.
    pub async fn publish(&self, publications: &[Publication], act: &Act) -> Result<Vec<Outcome>, StoreError> {
        let tx = self.begin().await?;
        let outcomes = tx.publish(publications, act).await?;
        tx.commit().await?;
        Ok(outcomes)
    }

    /// What [`Publisher::publish`] would answer, leaving the store as it was.
    pub async fn rehearse(&self, publications: &[Publication], act: &Act) -> Result<Vec<Outcome>, StoreError> {
        let tx = self.begin().await?;
        let outcomes = tx.publish(publications, act).await?;
        tx.rollback().await?;
        Ok(outcomes)
    }

    /// Replaces the open suggestions of one edition; the same ones again write nothing, and what an editor has answered
    /// is not opened anew. Only the editorial store has a place for them.
    pub async fn replace_suggestions(
        &self,
        entry: EntryId,
        locale: &Locale,
        suggestions: &[Suggestion],
    ) -> Result<(), StoreError> {
        let (answered, open): (Vec<_>, Vec<_>) =
            self.stored_suggestions(entry, locale).await?.into_iter().partition(|(is_answered, _)| *is_answered);
        let is_new = |one: &&Suggestion| !answered.iter().any(|(_, known)| known == *one);
        let suggestions: Vec<&Suggestion> = suggestions.iter().filter(is_new).collect();
        if open.iter().map(|(_, known)| known).eq(suggestions.iter().copied()) {
            return Ok(());
        }
        let tx = self.begin().await?;
        mention_suggestion::Entity::delete_many()
            .filter(Expr::col(mention_suggestion::Column::EntryId).eq(entry.0))
            .filter(Expr::col(mention_suggestion::Column::Locale).eq(locale.as_str()))
            .filter(Expr::col(mention_suggestion::Column::AnsweredAt).is_null())
            .exec(&tx.tx)
            .await?;
        if !suggestions.is_empty() {
            let rows = suggestions.into_iter().map(|suggestion| mention_suggestion::ActiveModel {
                id: NotSet,
                entry_id: Set(entry.0),
                locale: Set(locale.to_string()),
                suggestion: Set(serde_json::to_string(suggestion).expect("suggestions have string keys only")),
                answered_at: Set(None),
            });
            mention_suggestion::Entity::insert_many(rows).exec_without_returning(&tx.tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The open suggestions of one edition, in the order they were found.
    pub async fn suggestions(&self, entry: EntryId, locale: &Locale) -> Result<Vec<Suggestion>, StoreError> {
        let all = self.stored_suggestions(entry, locale).await?;
        Ok(all.into_iter().filter(|(is_answered, _)| !is_answered).map(|(_, suggestion)| suggestion).collect())
    }

    /// All of one edition, each with whether it was answered, in the order they were found.
    async fn stored_suggestions(&self, entry: EntryId, locale: &Locale) -> Result<Vec<(bool, Suggestion)>, StoreError> {
        let rows = mention_suggestion::Entity::find()
            .filter(Expr::col(mention_suggestion::Column::EntryId).eq(entry.0))
            .filter(Expr::col(mention_suggestion::Column::Locale).eq(locale.as_str()))
            .order_by_asc(mention_suggestion::Column::Id)
            .all(&self.db)
            .await?;
        rows.iter()
            .map(|row| {
                serde_json::from_str(&row.suggestion)
                    .map(|suggestion| (row.answered_at.is_some(), suggestion))
                    .map_err(|err| StoreError::corrupt(format!("suggestion {}", row.id), err))
            })
            .collect()
    }

    /// Moves what the write-ahead log holds into the database file, so that it does not grow with an import.
    pub async fn checkpoint(&self) -> Result<(), StoreError> {
        if self.db.get_database_backend() == sea_orm::DbBackend::Sqlite {
            self.db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA optimize;").await?;
        } else {
            self.db.execute_unprepared("ANALYZE").await?;
        }
        Ok(())
    }

    /// Ends the handle's connections; without it they end when the process does.
    pub async fn close(self) -> Result<(), StoreError> {
        Ok(self.db.close().await?)
    }
}

/// Reads a stored neutral part.
pub(crate) fn parse_entry(kind: EntryKind, content: &str, id: uuid::Uuid) -> Result<Entry, StoreError> {
    Entry::from_json(kind, content).map_err(|err| StoreError::corrupt(format!("a version of {kind} {id}"), err))
}
