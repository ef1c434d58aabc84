//! Who sends a request: told before anything of its body is read.

use std::net::IpAddr;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONNECTION, HeaderValue, RETRY_AFTER, VARY, WWW_AUTHENTICATE};
use axum::http::{Method, StatusCode, Version};
use axum::response::Response;
use griot_access::{AuthFailure, Authenticator, Caller, PreviewGrant, Principal, Unauthenticated};
use griot_front::{code, refuse};

use crate::TrustedProxies;

/// Recognises whoever sends a request.
#[derive(Clone)]
pub(crate) struct Gate {
    pub authenticator: Authenticator,
    pub proxies: TrustedProxies,
}

/// What a request says about its sender.
pub(crate) struct Credentials {
    /// The value of `Authorization`; `None` when there is no such header.
    header: Option<String>,
    pub address: IpAddr,
}

impl Credentials {
    /// The value of `Authorization`, whatever way it came, and the address it came from.
    pub fn new(header: Option<String>, address: IpAddr) -> Self {
        Self { header, address }
    }
}

impl Gate {
    pub fn credentials(&self, request: &Request) -> Credentials {
        let mut values = request.headers().get_all(AUTHORIZATION).iter();
        let header = match (values.next(), values.next()) {
            (None, _) => None,
            // What no program can mean is not valid either.
            (Some(value), None) => Some(value.to_str().unwrap_or_default().to_owned()),
            (Some(_), Some(_)) => Some(String::new()),
        };
        Credentials { header, address: self.proxies.client(request.extensions(), request.headers()) }
    }

    /// Who it is; `None` when the request does not say.
    pub async fn caller(&self, credentials: &Credentials) -> Result<Option<Caller>, AuthFailure> {
        match &credentials.header {
            None => Ok(None),
            Some(header) => self.authenticator.authenticate(header, credentials.address).await.map(Some),
        }
    }

    /// Who works on the editorial side; whoever reads delivery with a key is nobody there.
    pub async fn principal(&self, credentials: &Credentials) -> Result<Principal, AuthFailure> {
        match self.caller(credentials).await? {
            Some(Caller::Principal(principal)) => Ok(principal),
            Some(Caller::Reader(_)) | None => Err(Unauthenticated.into()),
        }
    }

    pub async fn preview(&self, credentials: &Credentials) -> Result<PreviewGrant, AuthFailure> {
        let header = credentials.header.as_deref().ok_or(Unauthenticated)?;
        self.authenticator.preview(header, credentials.address).await
    }
}

/// What those get who were not recognised. Whatever is wrong with credentials, the answer has the same bytes.
pub(crate) fn turn_away(failure: &AuthFailure, method: &Method, version: Version) -> Response<Body> {
    let mut response = match failure {
        AuthFailure::Unauthenticated(_) => {
            let message = "valid credentials are needed here: send the header Authorization: Bearer and a key or token";
            let mut response = refuse(StatusCode::UNAUTHORIZED, code::UNAUTHENTICATED, message);
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            response
        }
        AuthFailure::Throttled { retry_after } => {
            let message = "too many attempts from this address failed: try again later";
            let mut response = refuse(StatusCode::TOO_MANY_REQUESTS, code::THROTTLED, message);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(retry_after.as_secs() + 1));
            response
        }
        AuthFailure::Busy | AuthFailure::Unavailable(_) => {
            if let AuthFailure::Unavailable(error) = failure {
                tracing::error!(error = error as &dyn std::error::Error, "nobody can be recognised");
            }
            let message = "credentials cannot be looked up at present: try again later";
            let mut response = refuse(StatusCode::SERVICE_UNAVAILABLE, code::INTERNAL, message);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
            response
        }
    };
    // The body was not read, and HTTP/1 must not take it for the next request.
    if *method == Method::POST && version < Version::HTTP_2 {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Says that the answer is for whoever asked and nobody else.
pub(crate) fn for_one_reader(response: Response) -> Response {
    let mut response = depending_on_reader(response);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

/// Says that another reader may get another answer.
pub(crate) fn depending_on_reader(mut response: Response) -> Response {
    response.headers_mut().insert(VARY, HeaderValue::from_static("Accept, Accept-Encoding, Authorization"));
    response
}
