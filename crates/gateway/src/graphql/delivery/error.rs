//! What a client may learn of a failure.

use async_graphql::ErrorExtensions;
use griot_front::code;
use griot_persistence::StoreError;

/// A failure of a field. It has no `Display` on purpose: `?` cannot leak a lower error's text to a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ApiError {
    /// An argument cannot be used.
    Invalid {
        /// The argument, as a client wrote it.
        argument: &'static str,
        /// What is wrong with it and what would be right.
        message: String,
    },
    /// Something failed here; the log knows what.
    Internal,
}

impl ApiError {
    pub fn invalid(argument: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { argument, message: message.into() }
    }
}

impl From<StoreError> for ApiError {
    fn from(err: StoreError) -> Self {
        tracing::error!(error = &err as &dyn std::error::Error, "store failure");
        Self::Internal
    }
}

impl From<ApiError> for async_graphql::Error {
    fn from(err: ApiError) -> Self {
        match err {
            ApiError::Invalid { argument, message } => {
                Self::new(format!("`{argument}`: {message}")).extend_with(|_, e| e.set("code", code::BAD_USER_INPUT))
            }
            ApiError::Internal => Self::new("internal error").extend_with(|_, e| e.set("code", code::INTERNAL)),
        }
    }
}

/// What a resolver of a non-null field answers.
pub(crate) type Answer<T> = Result<T, ApiError>;

/// What a resolver of a nullable field answers: a failure makes this field null and no other.
pub(crate) type Nullable<T> = Option<Result<T, ApiError>>;
