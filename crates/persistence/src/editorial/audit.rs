//! The audit log: each record holds the hash of the one before.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, from_micros, micros};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;

use super::{EditorialStore, EditorialTx, no_head};
use crate::StoreError;
use crate::entity::{audit, drafting_head};
use crate::publish::digest;

/// Records read in one statement.
const CHUNK: u64 = 1_000;

/// Who did what to what, from where.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRecord {
    #[allow(missing_docs)]
    pub at: DateTime<Utc>,
    /// Id of the principal.
    pub author: String,
    /// Address of the client, or the command.
    pub origin: String,
    /// The act, such as `publish`.
    pub verb: String,
    #[allow(missing_docs)]
    pub subjects: Vec<EntryId>,
    /// What else matters, such as a revision or a reason.
    pub detail: Value,
}

/// Who acts, when and from where, for acts that write the record of themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct Actor {
    #[allow(missing_docs)]
    pub at: DateTime<Utc>,
    /// Id of the principal, or of a partner's key.
    pub author: String,
    /// Address of the client, or the command.
    pub origin: String,
    /// The act, such as `manage partners`.
    pub verb: String,
}

/// A record as it stands in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Audited {
    /// From 1, without gaps, in the order of commits.
    pub number: i64,
    #[allow(missing_docs)]
    pub record: AuditRecord,
    /// Hex SHA-256 over the record and the hash before it.
    pub hash: String,
}

/// Where the log stood at some time: proof, when it is kept elsewhere, that nothing up to here was taken out since.
/// Written `NUMBER:HASH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditMark {
    /// Of the record that was the last; 0 of an empty log.
    pub number: i64,
    /// Its hash, 64 hexadecimal digits; empty for an empty log.
    pub hash: String,
}

/// The text is no mark of the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not NUMBER:HASH as `griot audit verify` prints it, such as 1024: and 64 hexadecimal digits")]
pub struct AuditMarkError;

/// What [`EditorialStore::verify_audit`] found wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum AuditFlaw {
    #[error("record {0} is missing")]
    Missing(i64),
    #[error("record {0} was altered, or the one before it")]
    Altered(i64),
    #[error("the log ends with record {last}, but {head} were written")]
    CutOff { last: i64, head: i64 },
    #[error("record {number} was in the log before and is not any more: the log now ends with record {last}")]
    CutBack { number: i64, last: i64 },
    #[error("record {number} is another one than before: its hash was {expected} and is {found}")]
    Replaced { number: i64, expected: String, found: String },
}

impl fmt::Display for AuditMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, self.hash)
    }
}

impl FromStr for AuditMark {
    type Err = AuditMarkError;

    fn from_str(text: &str) -> Result<Self, AuditMarkError> {
        let (number, hash) = text.trim().split_once(':').ok_or(AuditMarkError)?;
        let number = number.parse().ok().filter(|number| *number > 0).ok_or(AuditMarkError)?;
        if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(AuditMarkError);
        }
        Ok(Self { number, hash: hash.to_ascii_lowercase() })
    }
}

impl EditorialTx<'_> {
    /// Adds a record to the log; it stands there with the commit.
    pub async fn audit(&mut self, record: &AuditRecord) -> Result<i64, StoreError> {
        add(&self.tx.tx, &mut self.head, record).await
    }
}

/// Adds a record of what `actor` did to the log, which stands there with the commit of a transaction that does it; nothing
/// where nobody acts but the machine. Whoever else writes to the log waits from here on, so this comes last.
pub(crate) async fn note(
    tx: &DatabaseTransaction,
    actor: Option<&Actor>,
    subjects: Vec<EntryId>,
    detail: impl FnOnce() -> Value,
) -> Result<(), StoreError> {
    let Some(Actor { at, author, origin, verb }) = actor.cloned() else { return Ok(()) };
    let mut head = drafting_head::Entity::find().lock_exclusive().one(tx).await?.ok_or_else(no_head)?;
    add(tx, &mut head, &AuditRecord { at, author, origin, verb, subjects, detail: detail() }).await?;
    drafting_head::Entity::update_many()
        .col_expr(drafting_head::Column::Audit, Expr::value(head.audit))
        .col_expr(drafting_head::Column::AuditHash, Expr::value(head.audit_hash))
        .exec(tx)
        .await?;
    Ok(())
}

async fn add(
    tx: &DatabaseTransaction,
    head: &mut drafting_head::Model,
    record: &AuditRecord,
) -> Result<i64, StoreError> {
    let number = head.audit + 1;
    let mut row = audit::Model {
        number,
        at: micros(record.at),
        author: record.author.clone(),
        origin: record.origin.clone(),
        verb: record.verb.clone(),
        subjects: serde_json::to_string(&record.subjects).expect("a list of strings"),
        detail: record.detail.to_string(),
        previous: head.audit_hash.clone(),
        hash: String::new(),
    };
    row.hash = hash_of(&row);
    head.audit = number;
    head.audit_hash.clone_from(&row.hash);
    audit::Entity::insert(audit::ActiveModel::from(row)).exec_without_returning(tx).await?;
    Ok(number)
}

impl EditorialStore {
    /// Records with a number below `before`, newest first, at most `limit`.
    pub async fn audit_page(&self, before: Option<i64>, limit: u64) -> Result<Vec<Audited>, StoreError> {
        let mut query = audit::Entity::find().order_by_desc(audit::Column::Number).limit(limit);
        if let Some(before) = before {
            query = query.filter(audit::Column::Number.lt(before));
        }
        query.all(&self.reading.editorial).await?.into_iter().map(read).collect()
    }

    /// Walks the whole log. Returns where it ends, or the first flaw. Who can write the store can cut the end off and
    /// the head with it, so that what is left is whole; `earlier`, a mark of before that was kept elsewhere, finds
    /// that out.
    pub async fn verify_audit(&self, earlier: Option<&AuditMark>) -> Result<Result<AuditMark, AuditFlaw>, StoreError> {
        let head = drafting_head::Entity::find().one(&self.reading.editorial).await?.ok_or_else(no_head)?;
        let (mut last, mut previous) = (0, String::new());
        loop {
            let rows = audit::Entity::find()
                .filter(audit::Column::Number.gt(last))
                .filter(audit::Column::Number.lte(head.audit))
                .order_by_asc(audit::Column::Number)
                .limit(CHUNK)
                .all(&self.reading.editorial)
                .await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                if row.number != last + 1 {
                    return Ok(Err(AuditFlaw::Missing(last + 1)));
                }
                if row.previous != previous || row.hash != hash_of(&row) {
                    return Ok(Err(AuditFlaw::Altered(row.number)));
                }
                if let Some(mark) = earlier.filter(|mark| mark.number == row.number && mark.hash != row.hash) {
                    let (number, expected) = (mark.number, mark.hash.clone());
                    return Ok(Err(AuditFlaw::Replaced { number, expected, found: row.hash }));
                }
                (last, previous) = (row.number, row.hash);
            }
        }
        if last != head.audit {
            return Ok(Err(AuditFlaw::CutOff { last, head: head.audit }));
        }
        if previous != head.audit_hash {
            return Ok(Err(AuditFlaw::Altered(last)));
        }
        if let Some(mark) = earlier.filter(|mark| mark.number > last) {
            return Ok(Err(AuditFlaw::CutBack { number: mark.number, last }));
        }
        Ok(Ok(AuditMark { number: last, hash: previous }))
    }
}

fn hash_of(row: &audit::Model) -> String {
    let (number, at) = (row.number.to_string(), row.at.to_string());
    digest(&[&row.previous, &number, &at, &row.author, &row.origin, &row.verb, &row.subjects, &row.detail])
}

fn read(row: audit::Model) -> Result<Audited, StoreError> {
    let corrupt = |why: &dyn std::fmt::Display| StoreError::corrupt(format!("audit record {}", row.number), why);
    Ok(Audited {
        number: row.number,
        record: AuditRecord {
            at: from_micros(row.at).ok_or_else(|| corrupt(&"a date outside the calendar"))?,
            author: row.author.clone(),
            origin: row.origin.clone(),
            verb: row.verb.clone(),
            subjects: serde_json::from_str(&row.subjects).map_err(|err| corrupt(&err))?,
            detail: serde_json::from_str(&row.detail).map_err(|err| corrupt(&err))?,
        },
        hash: row.hash.clone(),
    })
}
