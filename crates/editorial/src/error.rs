//! What an editor can mend.

use chrono::{DateTime, SecondsFormat, Utc};
use griot_access::EditorialAct;
use griot_domain::{DraftError, EntryId, Locale, Slug};
use griot_persistence::Refusal;

/// Something the user can understand and put right. Nothing was changed.
#[derive(Clone, Debug, PartialEq)]
pub struct UserError {
    #[allow(missing_docs)]
    pub code: UserErrorCode,
    /// What is wrong and what to do; safe to show.
    pub message: String,
    /// The field it is about, such as `texts.fr.headline`; empty for the whole.
    pub path: String,
    /// The entry it is about, among several.
    pub entry: Option<EntryId>,
    /// What more there is to say.
    pub detail: Box<Detail>,
}

/// What some errors say besides.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs)]
pub enum Detail {
    #[default]
    None,
    /// Another change came first.
    Conflict { expected: i64, current: i64 },
    /// Somebody else moved the schedule first.
    Moved { expected: DateTime<Utc>, current: DateTime<Utc> },
    /// Another entry has the slug; `suggestion` is free.
    SlugTaken { locale: Locale, holder: EntryId, suggestion: Slug },
    /// It refers to an entry that is not public.
    Dangling { target: EntryId },
}

/// Reasons of user errors: a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum UserErrorCode {
    /// Another change came first.
    Conflict,
    /// It refers to something that is not public, nor becomes so with it.
    Dangling,
    /// The role does not allow it, or it takes a second person.
    Forbidden,
    /// The idempotency key was used with another input.
    IdempotencyMismatch,
    /// A value is not acceptable.
    Invalid,
    /// The entry was killed; nothing of it becomes public again.
    Killed,
    /// There is no such thing.
    NotFound,
    /// Something is missing for this step.
    Required,
    /// The step does not fit the state, such as approving what was not submitted.
    State,
    /// A value that has to be unique is in use.
    Taken,
}

impl UserError {
    pub(crate) fn new(code: UserErrorCode, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), path: path.into(), entry: None, detail: Box::default() }
    }

    pub(crate) fn required(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(UserErrorCode::Required, path, message)
    }

    pub(crate) fn state(message: impl Into<String>) -> Self {
        Self::new(UserErrorCode::State, "", message)
    }

    pub(crate) fn forbidden(act: EditorialAct, role: griot_access::Role) -> Self {
        let message = format!("the role {} may not {}", role.as_str(), act.as_str());
        Self::new(UserErrorCode::Forbidden, "", message)
    }

    pub(crate) fn not_found(path: impl Into<String>, id: impl std::fmt::Display) -> Self {
        Self::new(UserErrorCode::NotFound, path, format!("there is nothing with the id {id}"))
    }

    pub(crate) fn conflict(expected: i64, current: i64) -> Self {
        let message = format!(
            "the entry was changed: the input is based on revision {expected}, the last one is {current}; read it and \
             repeat the change"
        );
        Self {
            detail: Detail::Conflict { expected, current }.into(),
            ..Self::new(UserErrorCode::Conflict, "expectedRevision", message)
        }
    }

    pub(crate) fn moved(expected: DateTime<Utc>, current: DateTime<Utc>) -> Self {
        let written = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let message = format!(
            "the schedule was moved: the input expects it at {}, it is due at {}; read it and decide again",
            written(expected),
            written(current)
        );
        Self {
            detail: Detail::Moved { expected, current }.into(),
            ..Self::new(UserErrorCode::Conflict, "expectedDueAt", message)
        }
    }

    pub(crate) fn dangling(target: EntryId) -> Self {
        let message =
            format!("it refers to {target}, which is not public; publish that with it, or take the reference out");
        Self { detail: Detail::Dangling { target }.into(), ..Self::new(UserErrorCode::Dangling, "", message) }
    }

    pub(crate) fn about(self, entry: EntryId) -> Self {
        Self { entry: Some(entry), ..self }
    }

    pub(crate) fn refused(refusal: &Refusal) -> Self {
        let (code, path) = match refusal {
            Refusal::SlugTaken { locale, .. } => (UserErrorCode::Taken, format!("texts.{locale}.slug")),
            Refusal::PathTaken { .. } => (UserErrorCode::Taken, "oldPaths".to_owned()),
            Refusal::ExternalIdTaken { .. } => (UserErrorCode::Taken, "externalIds".to_owned()),
            Refusal::Killed { .. } => (UserErrorCode::Killed, String::new()),
            Refusal::NoEdition { .. } => (UserErrorCode::Required, "texts".to_owned()),
            _ => (UserErrorCode::Invalid, String::new()),
        };
        let detail = match refusal {
            Refusal::SlugTaken { locale, slug, holder } => {
                Detail::SlugTaken { locale: locale.clone(), holder: *holder, suggestion: slug.numbered(2) }
            }
            _ => Detail::None,
        };
        Self { detail: detail.into(), ..Self::new(code, path, refusal.to_string()) }
    }
}

impl From<DraftError> for UserError {
    fn from(err: DraftError) -> Self {
        Self::new(UserErrorCode::Invalid, err.path, err.message)
    }
}
