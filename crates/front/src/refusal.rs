use apollo_compiler::validation::DiagnosticList;
use axum::http::StatusCode;
use serde::{Serialize, Serializer};

/// The closed list of `extensions.code`. A resolver's error that carries one of them is shown to the client as it is;
/// any other is an internal error, whose text stays on the server.
pub mod code {
    /// The document is not GraphQL.
    pub const GRAPHQL_PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
    /// The document does not fit the schema.
    pub const GRAPHQL_VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";
    /// A parameter, variable or argument has a value it must not have.
    pub const BAD_USER_INPUT: &str = "BAD_USER_INPUT";
    /// The operation to run cannot be told, or cannot be run in this way.
    pub const OPERATION_RESOLUTION_FAILURE: &str = "OPERATION_RESOLUTION_FAILURE";
    /// No document is stored under the given id.
    pub const PERSISTED_QUERY_NOT_FOUND: &str = "PERSISTED_QUERY_NOT_FOUND";
    /// Documents cannot be registered here.
    pub const PERSISTED_QUERY_NOT_SUPPORTED: &str = "PERSISTED_QUERY_NOT_SUPPORTED";
    /// Only stored documents are run.
    pub const PERSISTED_QUERY_REQUIRED: &str = "PERSISTED_QUERY_REQUIRED";
    /// The caller must say who it is.
    pub const UNAUTHENTICATED: &str = "UNAUTHENTICATED";
    /// The caller may not do this.
    pub const FORBIDDEN: &str = "FORBIDDEN";
    /// The request asks for more than a limit allows.
    pub const COST_LIMIT: &str = "COST_LIMIT";
    /// Too many requests; try again later.
    pub const THROTTLED: &str = "THROTTLED";
    /// A fault of the server, told by its trace id alone.
    pub const INTERNAL: &str = "INTERNAL";

    /// All of them.
    pub const ALL: [&str; 12] = [
        GRAPHQL_PARSE_FAILED,
        GRAPHQL_VALIDATION_FAILED,
        BAD_USER_INPUT,
        OPERATION_RESOLUTION_FAILURE,
        PERSISTED_QUERY_NOT_FOUND,
        PERSISTED_QUERY_NOT_SUPPORTED,
        PERSISTED_QUERY_REQUIRED,
        UNAUTHENTICATED,
        FORBIDDEN,
        COST_LIMIT,
        THROTTLED,
        INTERNAL,
    ];
}

/// Line and column of a document, both from 1; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Location {
    /// Line, from 1.
    pub line: usize,
    /// Character in the line, from 1.
    pub column: usize,
}

/// Why a request was not run: what the answer's `errors` hold. There is no `data` beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub(crate) status: RefusalStatus,
    pub(crate) problems: Vec<Problem>,
}

/// One entry of `errors`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What is wrong, with the value found and what is allowed.
    pub message: String,
    /// Where in the document.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Location>,
    /// Code, and the limit that was passed.
    pub extensions: ProblemExtensions,
}

/// `extensions` of one entry of `errors`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProblemExtensions {
    /// One of [`code::ALL`].
    pub code: &'static str,
    /// The limit that was passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Passed>,
}

/// A limit, and how far it was passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Passed {
    /// Key of the limit in the configuration.
    pub name: &'static str,
    /// What is allowed.
    pub max: u64,
    /// What was found. Counts that would not end stop at 2^63 - 1.
    #[serde(serialize_with = "within_i64")]
    pub found: u64,
}

/// JSON readers of many languages have no unsigned 64-bit numbers.
fn within_i64<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64((*value).min(i64::MAX as u64))
}

/// The HTTP status a refusal leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefusalStatus {
    /// Always this one: the HTTP request itself is at fault.
    Http(StatusCode),
    /// The body is JSON and no GraphQL request: 400, or 422 by the draft.
    Parameters,
    /// The request is well formed and its document is not accepted: the status profile decides.
    /// The number is the status of the draft of August 2026.
    Document(StatusCode),
}

impl Refusal {
    pub(crate) fn http(status: StatusCode, message: impl Into<String>) -> Self {
        Self::new(RefusalStatus::Http(status), code::BAD_USER_INPUT, message, Vec::new())
    }

    pub(crate) fn before_reading(status: StatusCode, code: &'static str, message: &str) -> Self {
        Self::new(RefusalStatus::Http(status), code, message, Vec::new())
    }

    pub(crate) fn ill_formed(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(RefusalStatus::Parameters, code, message, Vec::new())
    }

    pub(crate) fn throttled(message: impl Into<String>) -> Self {
        Self::new(RefusalStatus::Http(StatusCode::SERVICE_UNAVAILABLE), code::THROTTLED, message, Vec::new())
    }

    pub(crate) fn timed_out(message: impl Into<String>) -> Self {
        Self::new(RefusalStatus::Http(StatusCode::GATEWAY_TIMEOUT), code::INTERNAL, message, Vec::new())
    }

    pub(crate) fn unrunnable(status: StatusCode, message: impl Into<String>) -> Self {
        Self::new(RefusalStatus::Http(status), code::OPERATION_RESOLUTION_FAILURE, message, Vec::new())
    }

    /// The parameters of a persisted document are at fault, whatever the profile.
    pub(crate) fn persisted(message: impl Into<String>) -> Self {
        Self::http(StatusCode::BAD_REQUEST, message)
    }

    /// A document named, and not to be had or not to be run.
    pub(crate) fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(RefusalStatus::Document(StatusCode::BAD_REQUEST), code, message, Vec::new())
    }

    pub(crate) fn parse(message: impl Into<String>, locations: Vec<Location>) -> Self {
        Self::new(RefusalStatus::Document(StatusCode::BAD_REQUEST), code::GRAPHQL_PARSE_FAILED, message, locations)
    }

    pub(crate) fn document(code: &'static str, message: impl Into<String>, locations: Vec<Location>) -> Self {
        Self::new(RefusalStatus::Document(StatusCode::UNPROCESSABLE_ENTITY), code, message, locations)
    }

    /// `what` names the thing in a sentence, as in "aliases".
    pub(crate) fn limit(name: &'static str, what: &str, max: u64, found: u64) -> Self {
        let found_text = if found == u64::MAX { "more than can be counted".to_owned() } else { found.to_string() };
        let mut refusal =
            Self::document(code::COST_LIMIT, format!("{what}: {found_text}, at most {max} are allowed"), Vec::new());
        refusal.problems[0].extensions.limit = Some(Passed { name, max, found });
        refusal
    }

    /// The compiler's findings, at most `max` of them, in graphql-js' words where it knows them.
    pub(crate) fn diagnostics(code: &'static str, found: &DiagnosticList, max: usize) -> Self {
        let problems = found
            .iter()
            .take(max.max(1))
            .map(|diagnostic| {
                let error = diagnostic.unstable_to_json_compat();
                let locations =
                    error.locations.iter().map(|at| Location { line: at.line, column: at.column }).collect();
                Problem { message: error.message, locations, extensions: ProblemExtensions { code, limit: None } }
            })
            .collect();
        let draft =
            if code == code::GRAPHQL_PARSE_FAILED { StatusCode::BAD_REQUEST } else { StatusCode::UNPROCESSABLE_ENTITY };
        Self { status: RefusalStatus::Document(draft), problems }
    }

    fn new(status: RefusalStatus, code: &'static str, message: impl Into<String>, locations: Vec<Location>) -> Self {
        let extensions = ProblemExtensions { code, limit: None };
        Self { status, problems: vec![Problem { message: message.into(), locations, extensions }] }
    }

    /// Code of the first problem, one of [`code::ALL`].
    pub fn code(&self) -> &'static str {
        self.problems[0].extensions.code
    }

    /// Text of the first problem.
    pub fn message(&self) -> &str {
        &self.problems[0].message
    }

    /// What the answer tells.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}
