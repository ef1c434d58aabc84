//! What a client may learn of a failure.

use std::error::Error;
use std::sync::Arc;

use async_graphql::ErrorExtensions;
use griot_front::{Fault, code};
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
    /// Something failed here; the front logs why, under the trace id that the client is told.
    Internal(Cause),
}

/// What failed, shared by all fields that waited for it.
#[derive(Clone, Debug)]
pub(crate) struct Cause(Arc<dyn Error + Send + Sync>);

impl PartialEq for Cause {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Cause {}

impl ApiError {
    pub fn invalid(argument: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { argument, message: message.into() }
    }

    /// Whether something in the store cannot be read, as opposed to the store as such.
    pub fn is_of_broken_record(&self) -> bool {
        let Self::Internal(Cause(cause)) = self else { return false };
        matches!(cause.downcast_ref::<StoreError>(), Some(StoreError::Corrupt { .. }))
    }

    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Internal(Cause(cause.into().into()))
    }
}

impl From<StoreError> for ApiError {
    fn from(err: StoreError) -> Self {
        Self::internal(err)
    }
}

impl From<ApiError> for async_graphql::Error {
    fn from(err: ApiError) -> Self {
        match err {
            ApiError::Invalid { argument, message } => {
                Self::new(format!("`{argument}`: {message}")).extend_with(|_, e| e.set("code", code::BAD_USER_INPUT))
            }
            ApiError::Internal(Cause(cause)) => {
                let mut error = Self::new("internal error").extend_with(|_, e| e.set("code", code::INTERNAL));
                error.source = Some(Arc::new(Fault(Box::new(cause))));
                error
            }
        }
    }
}

/// What a resolver of a non-null field answers.
pub(crate) type Answer<T> = Result<T, ApiError>;

/// What a resolver of a nullable field answers: a failure makes this field null and no other.
pub(crate) type Nullable<T> = Option<Result<T, ApiError>>;
