//! What lies beside the documents of a version: its statement, and the proof that the log has that.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::http::{HeaderMap, Response, StatusCode};
use griot_front::{Page, code};
use griot_persistence::HashRun;
use griot_proof::{LogProof, tree};

use super::{UNSIGNED, drill, keep_for};
use crate::documents::{Asked, Shelf, drill_of, failed, hears_of_drills, nothing, written};
use crate::graphql::delivery::Loads;
use crate::graphql::delivery::error::{Answer, ApiError};

/// Seconds for which a sidecar may be an older one.
const KEPT_S: i64 = 10;

/// What lies beside documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sidecar {
    Statement,
    LogProof,
}

impl Sidecar {
    const ALL: [Self; 2] = [Self::Statement, Self::LogProof];

    /// The end of its addresses.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Statement => ".jws",
            Self::LogProof => ".tlog-proof",
        }
    }

    /// A name without its ending, and what this tells.
    pub fn of_name(name: &str) -> Option<(&str, Self)> {
        Self::ALL.into_iter().find_map(|sidecar| Some((name.strip_suffix(sidecar.ending())?, sidecar)))
    }

    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Statement => "application/jose",
            Self::LogProof => "text/plain; charset=utf-8",
        })
    }

    /// The sidecar of the version asked for, in the language named.
    pub async fn serve(self, shelf: &Shelf, asked: Option<Asked>, request: Request) -> Response<Body> {
        let Some(asked) = asked else { return Shelf::refuse(nothing()) };
        if hears_of_drills(&request) {
            match drill_of(asked.id, shelf).await {
                Ok(Some(_)) => {
                    let made = |loads| async move { self.page(&asked, true, &loads).await };
                    return shelf.page_for_one(request, made).await;
                }
                Ok(None) => {}
                Err(error) => return Shelf::refuse(failed(error)),
            }
        }
        let name = format!("{}{}", asked.name(), self.ending());
        shelf.page(request, &name, |loads| async move { self.page(&asked, false, &loads).await }).await
    }

    async fn page(self, asked: &Asked, is_of_drill: bool, loads: &Loads) -> Answer<Page> {
        let (Some(locale), Some(version)) = (&asked.locale, asked.version) else { return Ok(nothing()) };
        let Some(stated) = loads.store.statement(asked.id, locale, version).await? else {
            return not_stated(loads).await;
        };
        if !is_of_drill && drill::is_of_drill(&stated)? {
            return not_stated(loads).await;
        }
        keep_for(KEPT_S, loads);
        let text = match self {
            Self::Statement => stated.jws,
            Self::LogProof => {
                let head = loads.store.statement_head().await?;
                let runs: Vec<HashRun> =
                    tree::runs_for_inclusion(stated.index, head.size).into_iter().map(run).collect();
                let mut hashes = loads.store.log_hashes(&runs).await?.into_iter();
                // It asks for the same runs in the same order.
                let path = tree::inclusion(stated.index, head.size, &mut |_| hashes.next().unwrap_or_default());
                let proof = LogProof {
                    entry: stated.log_entry.into_bytes(),
                    index: stated.index,
                    path,
                    checkpoint: head.checkpoint,
                };
                proof.text()
            }
        };
        Ok(written(HeaderMap::from_iter([(CONTENT_TYPE, self.content_type())]), text.into_bytes()))
    }
}

/// Why there is no statement.
async fn not_stated(loads: &Loads) -> Answer<Page> {
    let is_signed = loads.store.statement_head().await?.size > 0;
    let message = match is_signed {
        true => {
            "no such version is stated: it is not public, was taken back before it was stated, or is stated in a moment"
        }
        false => UNSIGNED,
    };
    Ok(Page::refused(StatusCode::NOT_FOUND, code::BAD_USER_INPUT, message))
}

/// As the store has it.
pub(super) fn run(run: tree::Run) -> HashRun {
    HashRun { level: run.level, first: run.first, count: run.count }
}

/// A log that is not whole.
pub(super) fn torn() -> ApiError {
    ApiError::internal("the log of statements is not whole")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_is_asked_for() {
        assert_eq!(Sidecar::of_name("3.jws"), Some(("3", Sidecar::Statement)));
        assert_eq!(Sidecar::of_name("3.tlog-proof"), Some(("3", Sidecar::LogProof)));
        assert_eq!(Sidecar::of_name("3.ninjs.json"), None);
    }
}
