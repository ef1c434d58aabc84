use serde::{Deserialize, Serialize};

/// What one request may ask for. Every default can be set in the section `[limits]` of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of a request body.
    pub body_bytes: usize,
    /// Bytes of the request target (path and query string).
    pub uri_bytes: usize,
    /// Bytes of a GraphQL document.
    pub document_bytes: usize,
    /// Tokens of a GraphQL document; comments, commas and white space count for nothing.
    pub tokens: usize,
    /// Open brackets of any kind at one place of a document.
    pub nesting: usize,
    /// Operations in a document, of which one runs.
    pub operations: usize,
    /// Fragment definitions in a document.
    pub fragments: usize,
    /// Directives in a document.
    pub directives: usize,
    /// Directives on one field, fragment, operation or variable.
    pub directives_per_element: usize,
    /// Fields inside fields.
    pub field_depth: u64,
    /// Fields inside fields, for an operation of introspection fields alone.
    pub introspection_depth: u64,
    /// Fields at the root of an operation.
    pub root_fields: u64,
    /// Aliases in an operation, each counted as often as its fragment is spread.
    pub aliases: u64,
    /// Fragment spreads in an operation, each counted as often as the fragment around it is spread.
    pub spreads: u64,
    /// Fields in an operation once every fragment stands where it is spread.
    pub expanded_fields: u64,
    /// Points an operation may cost; see [`cost`](crate::cost).
    pub cost: u64,
    /// Variables sent with a request.
    pub variables: usize,
    /// Lists and objects inside each other in the variables.
    pub variables_depth: usize,
    /// Bytes of a response body.
    pub response_bytes: usize,
    /// Errors told in one response; further ones are left out.
    pub errors: usize,
    /// Requests being answered at once; the next one is told to come back.
    pub in_flight: usize,
    /// Milliseconds from the complete request to the answer.
    pub deadline_ms: u64,
    /// Milliseconds in which a request body must arrive.
    pub body_timeout_ms: u64,
    /// Bytes of source text kept as validated documents.
    pub document_cache_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 64 * 1024,
            uri_bytes: 8 * 1024,
            document_bytes: 16 * 1024,
            tokens: 1_000,
            nesting: 32,
            operations: 10,
            fragments: 50,
            directives: 50,
            directives_per_element: 5,
            field_depth: 12,
            introspection_depth: 20,
            root_fields: 10,
            aliases: 15,
            spreads: 50,
            expanded_fields: 2_000,
            cost: 5_000,
            variables: 100,
            variables_depth: 16,
            response_bytes: 4 * 1024 * 1024,
            errors: 20,
            in_flight: 512,
            deadline_ms: 10_000,
            body_timeout_ms: 15_000,
            document_cache_bytes: 1024 * 1024,
        }
    }
}
