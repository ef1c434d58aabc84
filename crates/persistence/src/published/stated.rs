//! Statements of what was issued, and the log of them, as anybody may read them.

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, Locale, from_micros};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::PublishedStore;
use crate::StoreError;
use crate::entity::{log_hash, statement, statement_digest, statement_head};

/// How far the log of statements is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatementHead {
    /// How many there are.
    pub size: u64,
    /// The last publication that statements were made after; 0 before the first.
    pub seq: i64,
    /// What they were made with that decides the bytes of documents, in the words of whoever makes them.
    pub made_with: String,
    /// The signed note over the log; empty before the first.
    pub checkpoint: String,
    /// The public keys, as a JWK set; empty before the first.
    pub keys: String,
}

/// A statement of one version of an entry in one language. There may be several of a version: the last one holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// Its place in the log, from 0.
    pub index: u64,
    #[allow(missing_docs)]
    pub id: EntryId,
    #[allow(missing_docs)]
    pub locale: Locale,
    #[allow(missing_docs)]
    pub version: u32,
    /// usable, withheld or canceled.
    pub pub_status: String,
    #[allow(missing_docs)]
    pub at: DateTime<Utc>,
    /// Signed.
    pub jws: String,
    /// What the log holds of it.
    pub log_entry: String,
}

/// A hash that a statement holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedDigest {
    /// In hexadecimal digits.
    pub sha256: String,
    /// The form, such as `ninjs`.
    pub form: String,
    /// What of it has the hash: `bytes`, `jcs` or `text`.
    pub made_of: String,
}

/// Hashes of one level of the tree, next to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashRun {
    /// Of those that are kept.
    pub level: u8,
    /// From 0.
    pub first: u64,
    #[allow(missing_docs)]
    pub count: u64,
}

impl PublishedStore {
    /// How far the log is. One statement.
    pub async fn statement_head(&self) -> Result<StatementHead, StoreError> {
        let row = statement_head::Entity::find().one(&self.db).await?;
        head(row.ok_or_else(|| StoreError::corrupt("statement_head", "its row is missing"))?)
    }

    /// The last statement of a version. One statement of the database.
    pub async fn statement(&self, id: EntryId, locale: &Locale, version: u32) -> Result<Option<Stated>, StoreError> {
        let of_version = of_item(id, locale).filter(statement::Column::Version.eq(i64::from(version)));
        of_version.one(&self.db).await?.map(stated).transpose()
    }

    /// The last statement of any version. One statement of the database.
    pub async fn last_statement(&self, id: EntryId, locale: &Locale) -> Result<Option<Stated>, StoreError> {
        of_item(id, locale).one(&self.db).await?.map(stated).transpose()
    }

    /// The hashes that a statement holds, in its order. One statement of the database.
    pub async fn stated_digests(&self, index: u64) -> Result<Vec<StatedDigest>, StoreError> {
        let rows = statement_digest::Entity::find()
            .filter(statement_digest::Column::LogIndex.eq(signed(index)?))
            .order_by_asc(statement_digest::Column::Position)
            .all(&self.db)
            .await?;
        let digests =
            rows.into_iter().map(|row| StatedDigest { sha256: row.sha256, form: row.form, made_of: row.made_of });
        Ok(digests.collect())
    }

    /// The last statement that holds a hash, given in lower-case hexadecimal digits, and what has it there. Two statements of
    /// the database.
    pub async fn stated_with(&self, sha256: &str) -> Result<Option<(Stated, StatedDigest)>, StoreError> {
        let row = statement_digest::Entity::find()
            .filter(statement_digest::Column::Sha256.eq(sha256))
            .order_by_desc(statement_digest::Column::LogIndex)
            .order_by_asc(statement_digest::Column::Position)
            .one(&self.db)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let of = statement::Entity::find_by_id(row.log_index).one(&self.db).await?;
        let of = of.ok_or_else(|| StoreError::corrupt(format!("statement {}", row.log_index), "its row is missing"))?;
        Ok(Some((stated(of)?, StatedDigest { sha256: row.sha256, form: row.form, made_of: row.made_of })))
    }

    /// What the log holds from `first` on, at most `count` entries. One statement.
    pub async fn log_entries(&self, first: u64, count: u64) -> Result<Vec<String>, StoreError> {
        let entries = statement::Entity::find()
            .select_only()
            .column(statement::Column::LogEntry)
            .filter(statement::Column::LogIndex.gte(signed(first)?))
            .order_by_asc(statement::Column::LogIndex)
            .limit(count)
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(entries)
    }

    /// Hashes of the tree over the log, for each of `runs` as many as it has. One statement.
    pub async fn log_hashes(&self, runs: &[HashRun]) -> Result<Vec<Vec<[u8; 32]>>, StoreError> {
        let mut wanted = Condition::any();
        for HashRun { level, first, count } in runs.iter().filter(|run| run.count > 0) {
            let places = Expr::col(log_hash::Column::Place).between(signed(*first)?, signed(first + count)? - 1);
            wanted = wanted.add(log_hash::Column::Level.eq(i64::from(*level)).and(places));
        }
        if wanted.is_empty() {
            return Ok(vec![Vec::new(); runs.len()]);
        }
        let rows = log_hash::Entity::find()
            .filter(wanted)
            .order_by_asc(log_hash::Column::Level)
            .order_by_asc(log_hash::Column::Place)
            .all(&self.db)
            .await?;
        let found = runs.iter().map(|run| {
            let own = rows.iter().filter(|row| row.level == i64::from(run.level));
            let in_run = |row: &&log_hash::Model| {
                u64::try_from(row.place).is_ok_and(|place| place >= run.first && place - run.first < run.count)
            };
            let hashes: Option<Vec<[u8; 32]>> =
                own.filter(in_run).map(|row| row.hash.as_slice().try_into().ok()).collect();
            let whole = hashes.filter(|hashes| hashes.len() as u64 == run.count);
            whole.ok_or_else(|| {
                StoreError::corrupt("the tree over the log of statements", format!("{run:?} is not whole"))
            })
        });
        found.collect()
    }
}

fn of_item(id: EntryId, locale: &Locale) -> sea_orm::Select<statement::Entity> {
    statement::Entity::find()
        .filter(statement::Column::EntryId.eq(id.0))
        .filter(statement::Column::Locale.eq(locale.as_str()))
        .order_by_desc(statement::Column::LogIndex)
        .limit(1)
}

pub(crate) fn head(row: statement_head::Model) -> Result<StatementHead, StoreError> {
    let statement_head::Model { id: _, size, seq, made_with, checkpoint, keys } = row;
    let size = u64::try_from(size).map_err(|err| StoreError::corrupt("statement_head", err))?;
    Ok(StatementHead { size, seq, made_with, checkpoint, keys })
}

fn stated(row: statement::Model) -> Result<Stated, StoreError> {
    let corrupt = |err: &dyn std::fmt::Display| StoreError::corrupt(format!("statement {}", row.log_index), err);
    Ok(Stated {
        index: u64::try_from(row.log_index).map_err(|err| corrupt(&err))?,
        id: EntryId(row.entry_id),
        locale: Locale::parse(&row.locale).map_err(|err| corrupt(&err))?,
        version: u32::try_from(row.version).map_err(|err| corrupt(&err))?,
        at: from_micros(row.stated_at).ok_or_else(|| corrupt(&"a date outside the calendar"))?,
        pub_status: row.pub_status,
        jws: row.jws,
        log_entry: row.log_entry,
    })
}

/// As databases count.
pub(crate) fn signed(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|err| StoreError::corrupt("the log of statements", err))
}
