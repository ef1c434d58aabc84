//! What is stated of something that somebody holds.

use async_graphql::{Enum, ID, SimpleObject};
use griot_proof::Digest;

use super::error::{Answer, ApiError};
use super::loads::Loads;
use super::scalar::Instant;
use crate::proof::{Sidecar, Standing, verification};

/// That something with a hash was issued here, and what became of it.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct Verification {
    /// What became of the version since.
    state: VerifiedState,
    /// The item as documents for partners name it.
    uri: String,
    /// Identity of the entry.
    content_id: ID,
    /// Language of the item (BCP 47).
    language: String,
    /// The version that was issued with this hash.
    version: i32,
    /// Whether it could be used when it was stated: `usable`, `withheld` or `canceled`.
    pub_status: String,
    /// The form it is: `ninjs`, `json-ld`, `newsml-g2`, `html` or `text`.
    form: String,
    /// What of the form has this hash.
    matched: VerifiedPart,
    /// When it was stated.
    stated_at: Instant,
    /// The last version of the item; null when it is not public any more.
    last_version: Option<i32>,
    /// Whether it is an exercise, which partners alone were told of: nothing of it is to be published.
    is_drill: bool,
    /// Address of the signed statement.
    statement_url: String,
    /// Address of the proof that the log has the statement.
    proof_url: String,
    /// Address of the last version in this form.
    last_url: String,
}

/// What became of a version that was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::proof::Standing")]
pub(crate) enum VerifiedState {
    /// It is the last one.
    Current,
    /// There is a later one, without a correction.
    Updated,
    /// There is a later one, and something was corrected since.
    Corrected,
    /// The item was taken back, and may come again: it must not be used.
    Withdrawn,
    /// The item was killed: copies have to be deleted.
    Killed,
}

/// What of a form a hash is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum VerifiedPart {
    /// Its bytes as they are served.
    Bytes,
    /// Its JSON, however written: in the form of RFC 8785.
    Jcs,
    /// Its text, as copying leaves it: in NFC, with LF, trimmed.
    Text,
}

/// What is stated of something with a hash.
pub(crate) async fn verify(loads: &Loads, sha256: &str) -> Answer<Option<Verification>> {
    let sha256: Digest = sha256.parse().map_err(|why| ApiError::invalid("sha256", why))?;
    let Some(found) = verification(sha256, loads).await? else { return Ok(None) };
    let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    Ok(Some(Verification {
        state: Standing::into(found.standing),
        uri: found.uri.clone(),
        content_id: ID(found.stated.id.to_string()),
        language: found.stated.locale.to_string(),
        version: number(found.stated.version),
        pub_status: found.stated.pub_status.clone(),
        form: found.digest.form.clone(),
        matched: match found.digest.made_of.as_str() {
            "jcs" => VerifiedPart::Jcs,
            "text" => VerifiedPart::Text,
            _ => VerifiedPart::Bytes,
        },
        stated_at: Instant(found.stated.at),
        last_version: found.last_version.map(number),
        is_drill: found.is_drill,
        statement_url: found.sidecar(Sidecar::Statement, loads),
        proof_url: found.sidecar(Sidecar::LogProof, loads),
        last_url: found.last(loads),
    }))
}
