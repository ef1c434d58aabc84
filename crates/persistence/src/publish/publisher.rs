//! The write handle of a store.

use std::collections::HashSet;

use griot_domain::{Entry, EntryId, EntryKind, Locale, Publication};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use super::held::{self, Held};
use super::plan::plan;
use super::rows::Rows;
use super::state::State;
use super::{Act, Outcome};
use crate::entity::{journal_head, mention_suggestion};
use crate::location::Access;
use crate::{Location, StoreError, StoreName, Suggestion, migrate};

/// Publications looked at together; a longer list goes through in several rounds of one transaction.
const RUN: usize = 512;

/// The write handle of one store; clones share its connection.
#[derive(Clone, Debug)]
pub struct Publisher {
    pub(super) db: DatabaseConnection,
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
        let outcomes = publish_in(&tx, publications, act).await?;
        tx.commit().await?;
        Ok(outcomes)
    }

    /// What [`Publisher::publish`] would answer, leaving the store as it was.
    pub async fn rehearse(&self, publications: &[Publication], act: &Act) -> Result<Vec<Outcome>, StoreError> {
        let tx = self.begin().await?;
        let outcomes = publish_in(&tx, publications, act).await?;
        tx.rollback().await?;
        Ok(outcomes)
    }

    /// Replaces the open suggestions of one edition; the same ones again write nothing. Only the editorial store has a place for them.
    pub async fn replace_suggestions(
        &self,
        entry: EntryId,
        locale: &Locale,
        suggestions: &[Suggestion],
    ) -> Result<(), StoreError> {
        if self.suggestions(entry, locale).await? == suggestions {
            return Ok(());
        }
        let tx = self.begin().await?;
        mention_suggestion::Entity::delete_many()
            .filter(Expr::col(mention_suggestion::Column::EntryId).eq(entry.0))
            .filter(Expr::col(mention_suggestion::Column::Locale).eq(locale.as_str()))
            .exec(&tx)
            .await?;
        if !suggestions.is_empty() {
            let rows = suggestions.iter().map(|suggestion| mention_suggestion::ActiveModel {
                id: NotSet,
                entry_id: Set(entry.0),
                locale: Set(locale.to_string()),
                suggestion: Set(serde_json::to_string(suggestion).expect("suggestions have string keys only")),
            });
            mention_suggestion::Entity::insert_many(rows).exec_without_returning(&tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The open suggestions of one edition, in the order they were found.
    pub async fn suggestions(&self, entry: EntryId, locale: &Locale) -> Result<Vec<Suggestion>, StoreError> {
        let rows = mention_suggestion::Entity::find()
            .filter(Expr::col(mention_suggestion::Column::EntryId).eq(entry.0))
            .filter(Expr::col(mention_suggestion::Column::Locale).eq(locale.as_str()))
            .order_by_asc(mention_suggestion::Column::Id)
            .all(&self.db)
            .await?;
        rows.iter()
            .map(|row| {
                serde_json::from_str(&row.suggestion)
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

    async fn begin(&self) -> Result<DatabaseTransaction, StoreError> {
        // SQLite takes the write lock at once: a transaction that begins by reading could not take it later.
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.db.begin_with_options(options).await?)
    }
}

async fn publish_in(
    tx: &DatabaseTransaction,
    publications: &[Publication],
    act: &Act,
) -> Result<Vec<Outcome>, StoreError> {
    let first = take_head(tx).await?;
    let mut seq = first;
    let mut outcomes = Vec::with_capacity(publications.len());
    let mut rest = publications;
    while !rest.is_empty() {
        let (run, later) = rest.split_at(run_length(rest));
        rest = later;
        seq = publish_run(tx, run, act, seq, &mut outcomes).await?;
    }
    if seq != first {
        journal_head::Entity::update_many().col_expr(journal_head::Column::Seq, Expr::value(seq)).exec(tx).await?;
    }
    Ok(outcomes)
}

/// Publishes a run of different entries after `seq` and returns the last `seq` taken.
async fn publish_run(
    tx: &DatabaseTransaction,
    run: &[Publication],
    act: &Act,
    mut seq: i64,
    outcomes: &mut Vec<Outcome>,
) -> Result<i64, StoreError> {
    let mut state = State::load(tx, run).await?;
    let planned: Vec<_> = run.iter().map(|publication| plan(publication, act, &mut state)).collect();
    let mut held = held::load(tx, planned.iter().filter_map(|planned| planned.as_ref().ok()?.as_ref()), &state).await?;
    let mut rows = Rows::default();
    for planned in planned {
        outcomes.push(match planned {
            Err(refusal) => Outcome::Refused(refusal),
            Ok(None) => Outcome::Unchanged,
            Ok(Some(plan)) => {
                let (id, kind, is_new) = (plan.publication.id, plan.publication.kind, plan.is_new);
                let held = held.remove(&id.0).unwrap_or_else(|| Held::nothing(id, kind));
                seq = rows.add(plan, held, act, seq);
                if is_new { Outcome::Created { seq } } else { Outcome::Updated { seq } }
            }
        });
    }
    rows.write(tx).await?;
    Ok(seq)
}

/// How many publications from the front concern different entries, so that one reading of the state serves them.
fn run_length(publications: &[Publication]) -> usize {
    let mut seen = HashSet::new();
    publications.iter().take(RUN).take_while(|publication| seen.insert(publication.id)).count()
}

/// The last `seq` given out. Until this transaction ends no other can read it to write: `seq` has no gaps and
/// follows the order of commits.
async fn take_head(tx: &DatabaseTransaction) -> Result<i64, StoreError> {
    let head = journal_head::Entity::find().lock_exclusive().one(tx).await?;
    head.map(|row| row.seq).ok_or_else(|| StoreError::corrupt("journal_head", "its row is missing"))
}

/// Reads a stored neutral part.
pub(super) fn parse_entry(kind: EntryKind, content: &str, id: uuid::Uuid) -> Result<Entry, StoreError> {
    Entry::from_json(kind, content).map_err(|err| StoreError::corrupt(format!("a version of {kind} {id}"), err))
}
