//! What an editor can mend, as data.

use async_graphql::{Enum, ID, Interface, SimpleObject};
use griot_editorial::Detail;
use griot_front::directive::List;

use super::draft::Draft;
use super::editor::Caller;
use super::error::Answer;
use super::input::{Flaw, When, number};
use super::place::{Place, content};

/// Most errors told of one input.
pub(super) const MOST_ERRORS: usize = 100;

/// Something the user can understand and put right. Nothing was changed. Failures of the system are in the top-level
/// `errors` instead.
#[derive(Interface)]
#[graphql(
    field(name = "code", ty = "&UserErrorCode", desc = "Stable reason, for programs."),
    field(name = "message", ty = "&String", desc = "What is wrong and what to do; safe to show."),
    field(
        name = "path",
        ty = "&Option<Vec<String>>",
        desc = "Steps from `input` to the field at fault; positions in lists are numbers from 0. Null when it is not about one field of the input.",
        directive = List::apply(8)
    ),
    field(name = "content_id", ty = "&Option<ID>", desc = "The entry it is about."),
    field(
        name = "field",
        ty = "&Option<String>",
        desc = "The field of the draft it is about, such as `texts.fr.body`."
    )
)]
pub(crate) enum UserError {
    #[allow(missing_docs)]
    InputError(InputError),
    #[allow(missing_docs)]
    RevisionConflict(RevisionConflict),
    #[allow(missing_docs)]
    ScheduleConflict(ScheduleConflict),
    #[allow(missing_docs)]
    SlugTaken(SlugTaken),
    #[allow(missing_docs)]
    DanglingReference(DanglingReference),
}

/// Reasons of user errors: a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "griot_editorial::UserErrorCode")]
pub(crate) enum UserErrorCode {
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

macro_rules! user_errors {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub(crate) struct $name {
            /// Stable reason, for programs.
            code: UserErrorCode,
            /// What is wrong and what to do; safe to show.
            message: String,
            /// Steps from `input` to the field at fault; positions in lists are numbers from 0. Null when it is not about
            /// one field of the input.
            #[graphql(directive = List::apply(8))]
            path: Option<Vec<String>>,
            /// The entry it is about.
            content_id: Option<ID>,
            /// The field of the draft it is about, such as `texts.fr.body`.
            field: Option<String>,
            $($(#[$field_doc])* $field: $type,)*
        }
    )*};
}

user_errors! {
    /// A value is not acceptable, or a step cannot be done.
    InputError {}

    /// The entry changed since the revision the input is based on.
    RevisionConflict {
        /// Revision the input was based on.
        expected_revision: i32,
        /// Revision that is current.
        current_revision: i32,
        /// The state that is current, to merge with.
        current: Option<Draft>,
    }

    /// The schedule was moved since.
    ScheduleConflict {
        /// When the input expected it to be due.
        expected_due_at: When,
        /// When it is due.
        current_due_at: When,
    }

    /// The slug is used by another entry.
    SlugTaken {
        /// The entry that uses the slug (content id).
        holder_id: ID,
        /// A slug to try.
        suggestion: String,
    }

    /// It refers to an entry that is not public, and does not become so with it.
    DanglingReference {
        /// The entry referred to (content id).
        target_id: ID,
    }
}

impl From<Flaw> for UserError {
    fn from(Flaw { code, path, message }: Flaw) -> Self {
        let path = (!path.is_empty()).then_some(path);
        Self::InputError(InputError { code: code.into(), message, path, content_id: None, field: None })
    }
}

/// The errors of the desk, for whoever sent an input of the shape `place`.
pub(super) async fn user_errors(
    caller: &Caller<'_>,
    place: &Place,
    errors: Vec<griot_editorial::UserError>,
) -> Answer<Vec<UserError>> {
    let mut told = Vec::with_capacity(errors.len().min(MOST_ERRORS));
    for error in errors.into_iter().take(MOST_ERRORS) {
        let path = place.path(&error);
        let field = content(&error.path).map(str::to_owned);
        let code = error.code.into();
        let content_id = error.entry.map(|id| ID(id.to_string()));
        let message = error.message;
        told.push(match *error.detail {
            Detail::None => UserError::InputError(InputError { code, message, path, content_id, field }),
            Detail::Conflict { expected, current } => {
                let draft = match error.entry {
                    Some(id) => caller.store().draft(id).await?,
                    None => None,
                };
                UserError::RevisionConflict(RevisionConflict {
                    code,
                    message,
                    path,
                    content_id,
                    field,
                    expected_revision: number(expected),
                    current_revision: number(current),
                    current: draft.map(Draft::from),
                })
            }
            Detail::Moved { expected, current } => UserError::ScheduleConflict(ScheduleConflict {
                code,
                message,
                path,
                content_id,
                field,
                expected_due_at: expected.into(),
                current_due_at: current.into(),
            }),
            Detail::SlugTaken { holder, suggestion, .. } => UserError::SlugTaken(SlugTaken {
                code,
                message,
                path,
                content_id,
                field,
                holder_id: ID(holder.to_string()),
                suggestion: suggestion.as_str().to_owned(),
            }),
            Detail::Dangling { target } => {
                let target_id = ID(target.to_string());
                UserError::DanglingReference(DanglingReference { code, message, path, content_id, field, target_id })
            }
        });
    }
    Ok(told)
}
