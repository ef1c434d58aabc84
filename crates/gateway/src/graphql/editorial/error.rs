//! Faults of the editorial schema. What an editor can mend is a [user error](super::user_error) instead.

use async_graphql::ErrorExtensions;
use griot_access::{EditorialAct, Role};
use griot_front::code;
use griot_persistence::StoreError;

use crate::graphql::delivery::error::ApiError;

/// Why a field has no value. It has no `Display` on purpose: `?` cannot leak a lower error's text to a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EditorialError {
    /// The request says nothing of who sends it.
    Unauthenticated,
    /// The role does not allow it.
    Forbidden { act: EditorialAct, role: Role },
    /// An argument cannot be used, or the store failed.
    Api(ApiError),
}

impl EditorialError {
    pub fn invalid(argument: &'static str, message: impl Into<String>) -> Self {
        Self::Api(ApiError::invalid(argument, message))
    }
}

impl From<StoreError> for EditorialError {
    fn from(err: StoreError) -> Self {
        Self::Api(err.into())
    }
}

impl From<EditorialError> for async_graphql::Error {
    fn from(err: EditorialError) -> Self {
        let told = |message: String, code: &'static str| Self::new(message).extend_with(|_, e| e.set("code", code));
        match err {
            EditorialError::Unauthenticated => {
                told("say who you are: send a bearer token".to_owned(), code::UNAUTHENTICATED)
            }
            EditorialError::Forbidden { act, role } => told(format!("the role {role} may not {act}"), code::FORBIDDEN),
            EditorialError::Api(err) => err.into(),
        }
    }
}

/// What a resolver of a non-null field answers.
pub(crate) type Answer<T> = Result<T, EditorialError>;

/// What a resolver of a nullable field answers: a failure makes this field null and no other.
pub(crate) type Nullable<T> = Option<Result<T, EditorialError>>;

/// The answer of a nullable field that may have nothing to show.
pub(super) fn nullable<T>(answer: Answer<Option<T>>) -> Nullable<T> {
    answer.transpose()
}
