//! The audit log.

use async_graphql::{ID, SimpleObject};
use griot_front::directive::List;
use griot_persistence::Audited;

use super::input::{When, number};
use crate::graphql::delivery::scalar::Json;

/// Who did what to what, from where.
#[derive(SimpleObject)]
pub(crate) struct AuditRecord {
    /// From 1, without gaps.
    number: i32,
    /// When.
    at: When,
    /// Who.
    author: String,
    /// Address of the client, or the command.
    origin: String,
    /// The act, such as `publish`.
    verb: String,
    /// The entries concerned (content ids).
    #[graphql(directive = List::apply(200))]
    content_ids: Vec<ID>,
    /// What else matters, such as a revision or a reason. Never a text of a draft.
    detail: Json,
    /// Hex SHA-256 over this record and the hash of the one before.
    hash: String,
}

impl From<Audited> for AuditRecord {
    fn from(audited: Audited) -> Self {
        let Audited { number: count, record, hash } = audited;
        Self {
            number: number(count),
            at: record.at.into(),
            author: record.author,
            origin: record.origin,
            verb: record.verb,
            content_ids: record.subjects.iter().map(|id| ID(id.to_string())).collect(),
            detail: Json(record.detail),
            hash,
        }
    }
}
