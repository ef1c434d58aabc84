//! Subscriptions: checked once, as a request is, and run anew for each event.

use std::collections::HashSet;
use std::sync::Arc;

use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet};
use async_graphql::{Executor, Name, Request, Response, Value, Variables};
use async_graphql_value::Value as DocumentValue;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode};
use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::Map;

use crate::check::{Checked, OperationKind};
use crate::http::answer::{Style, errors_of, internal, is_fault};
use crate::http::negotiate::MediaType;
use crate::http::params::Params;
use crate::http::{Broken, Front, StatusProfile, body};
use crate::persisted::OperationMode;
use crate::refusal::Refusal;

/// A subscription that may run.
pub struct Listen {
    document: ExecutableDocument,
    operation_name: Option<String>,
    variables: Variables,
    name: Arc<str>,
}

/// No answer could be made, whoever is told of it; the log has the cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unanswered;

impl Listen {
    /// What is asked for: the same for all who get the same bytes for the same event. Where they begin counts for
    /// nothing, if a variable says it.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn request(&self) -> Request {
        let mut request = Request::new("").variables(self.variables.clone());
        request.operation_name = self.operation_name.clone();
        request.set_parsed_query(self.document.clone());
        request
    }
}

impl<E: Executor> Front<E> {
    /// Checks the subscription in the JSON object of a message, as the endpoint checks a request. `begins_by` is the
    /// argument of root fields that says where a subscriber begins and changes nothing in what is told of an event.
    pub fn listen(
        &self,
        given: Map<String, serde_json::Value>,
        mode: OperationMode,
        begins_by: &str,
    ) -> Result<Listen, Refusal> {
        self.to_listen(Params::from_map(given)?, mode, begins_by)
    }

    /// As [`Self::listen`], for what an HTTP request asks for by GET or POST.
    pub async fn listen_to_request(
        &self,
        parts: &Parts,
        body: Body,
        mode: OperationMode,
        begins_by: &str,
    ) -> Result<Listen, Refusal> {
        let params = match parts.method {
            Method::GET => Params::from_query_string(parts.uri.query().unwrap_or_default())?,
            _ => Params::from_body(&body::read(&parts.headers, body, self.checker.limits()).await?)?,
        };
        self.to_listen(params, mode, begins_by)
    }

    fn to_listen(&self, params: Params, mode: OperationMode, begins_by: &str) -> Result<Listen, Refusal> {
        let found = self.operations.find(&params.asked, mode)?;
        let checked = self.checker.check(&found.text, params.operation_name.as_deref(), params.variables)?;
        let Checked { mut request, kind, cost } = checked;
        if kind != OperationKind::Subscription {
            let message = "only subscriptions are run here: send queries and mutations by GET or POST";
            return Err(Refusal::unrunnable(StatusCode::BAD_REQUEST, message));
        }
        if let Some(hash) = found.registers {
            self.operations.register(hash, &found.text);
        }
        tracing::debug!(cost, "is listened to");
        let document = request.parsed_query().expect("the check sets it").clone();
        let mut asked = request.variables.clone();
        for variable in variables_of_argument(&document, begins_by) {
            asked.remove(&variable);
        }
        let asked = serde_json::to_string(&asked).expect("variables are JSON");
        let operation_name = request.operation_name.clone();
        let name = format!("{}\n{asked}\n{}", operation_name.as_deref().unwrap_or_default(), found.text);
        Ok(Listen { document, operation_name, variables: request.variables, name: name.into() })
    }

    /// Runs a subscription that tells nothing yet, to see whether its arguments can be used; `prepare` gives the request
    /// what its resolver reads. An error is the JSON of the list `errors`.
    pub async fn begin(&self, listen: &Listen, prepare: impl FnOnce(Request) -> Request) -> Result<(), Bytes> {
        let Ok(_permit) = self.in_flight.try_acquire() else {
            return Err(problems(&Refusal::throttled("too many requests are being answered: try again in a second")));
        };
        match self.first(prepare(listen.request())).await {
            Ok(None) => Ok(()),
            Ok(Some(answered)) => Err(errors_of(answered, self.checker.limits().errors)),
            Err(refusal) => Err(refusal),
        }
    }

    /// What subscribers are told of the event that `prepare` gives the request, in JSON of at most `most` bytes; `None`
    /// when it is none of theirs.
    pub async fn tell(
        &self,
        listen: &Listen,
        most: usize,
        prepare: impl FnOnce(Request) -> Request,
    ) -> Result<Option<Bytes>, Unanswered> {
        let answered = self.first(prepare(listen.request())).await.map_err(|_| Unanswered)?;
        let Some(answered) = answered else { return Ok(None) };
        let limits = self.checker.limits();
        let style = Style {
            media: MediaType::Json,
            profile: StatusProfile::default(),
            cache_control: &HeaderValue::from_static("no-store"),
            max_bytes: limits.response_bytes.min(most),
            max_errors: limits.errors,
        };
        // Where the field itself failed, nobody could say which event it was. Where something below it did, for no fault of
        // the subscriber's, a field that is null would mean that the entry is gone.
        let is_broken = answered.data == Value::Null || answered.errors.iter().any(is_fault);
        let told = style.executed(answered, None).body;
        if is_broken { Err(Unanswered) } else { Ok(Some(told)) }
    }

    /// The first answer of a subscription; an error is the JSON of the list `errors`.
    async fn first(&self, request: Request) -> Result<Option<Response>, Bytes> {
        let mut answers = self.executor.execute_stream(request, None);
        self.guarded(answers.next()).await.map_err(|broken| match broken {
            Broken::Panicked { trace_id } => {
                let told: serde_json::Value = serde_json::from_slice(&internal(&trace_id).body).unwrap_or_default();
                told["errors"].to_string().into()
            }
            Broken::Late(refusal) => problems(&refusal),
        })
    }
}

/// The list `errors` of a refusal, in JSON.
fn problems(refusal: &Refusal) -> Bytes {
    serde_json::to_vec(refusal.problems()).unwrap_or_default().into()
}

/// The variables that say the argument `name` of fields at the root, and nothing else.
fn variables_of_argument(document: &ExecutableDocument, name: &str) -> Vec<Name> {
    let mut uses = Uses { document, argument: name, at_root: Vec::new(), seen: HashSet::new(), all: Vec::new() };
    for (_, operation) in document.operations.iter() {
        if operation.node.ty == OperationType::Subscription {
            uses.root(&operation.node.selection_set.node);
        }
        uses.note(&operation.node.selection_set.node);
    }
    for fragment in document.fragments.values() {
        uses.note(&fragment.node.selection_set.node);
    }
    let count = |names: &[Name], name: &Name| names.iter().filter(|other| *other == name).count();
    let is_alone = |name: &Name| count(&uses.all, name) == count(&uses.at_root, name);
    uses.at_root.iter().filter(|name| is_alone(name)).cloned().collect()
}

/// Where variables stand in a document.
struct Uses<'a> {
    document: &'a ExecutableDocument,
    argument: &'a str,
    /// As the argument of a field at the root.
    at_root: Vec<Name>,
    /// Fragments looked at there.
    seen: HashSet<Name>,
    /// Anywhere, each fragment looked at once.
    all: Vec<Name>,
}

impl Uses<'_> {
    /// Validation sees to it that there is one field at the root, and no cycle.
    fn root(&mut self, set: &SelectionSet) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let given = field.node.arguments.iter().filter(|(name, _)| name.node == self.argument);
                    self.at_root.extend(given.filter_map(|(_, value)| match &value.node {
                        DocumentValue::Variable(name) => Some(name.clone()),
                        _ => None,
                    }));
                }
                Selection::InlineFragment(inline) => self.root(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if self.seen.insert(name.clone())
                        && let Some(fragment) = self.document.fragments.get(name)
                    {
                        self.root(&fragment.node.selection_set.node);
                    }
                }
            }
        }
    }

    fn note(&mut self, set: &SelectionSet) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    field.node.arguments.iter().for_each(|(_, value)| self.note_value(&value.node));
                    self.note(&field.node.selection_set.node);
                }
                Selection::InlineFragment(inline) => self.note(&inline.node.selection_set.node),
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn note_value(&mut self, value: &DocumentValue) {
        match value {
            DocumentValue::Variable(name) => self.all.push(name.clone()),
            DocumentValue::List(items) => items.iter().for_each(|item| self.note_value(item)),
            DocumentValue::Object(fields) => fields.values().for_each(|field| self.note_value(field)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("subscription($a: String) { changed(after: $a) { at } }", &["a"])]
    #[case("subscription($a: String) { ...F } fragment F on Subscription { changed(after: $a) { at } }", &["a"])]
    #[case("subscription($a: String) { changed(after: $a) { versions(after: $a) { at } } }", &[])]
    #[case("subscription($a: String) { changed(view: { locale: $a }, after: $a) { at } }", &[])]
    #[case("subscription($a: String) { changed { versions(after: $a) { at } } }", &[])]
    #[case("subscription { changed(after: \"x\") { at } }", &[])]
    #[case(
        "subscription A($a: String) { ...F } subscription B($a: String) { ...F } \
         fragment F on Subscription { changed(after: $a) { versions(after: $a) { at } } }",
        &[]
    )]
    fn a_variable_that_says_where_to_begin_is_told_from_others(#[case] document: &str, #[case] found: &[&str]) {
        let document = async_graphql::parser::parse_query(document).unwrap();
        assert_eq!(variables_of_argument(&document, "after"), found);
    }
}
