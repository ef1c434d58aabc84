//! From the text of a request to an operation that may run: gate, parser, size, validation, values, variables, cost.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::Node;
use apollo_compiler::ast::OperationType;
use apollo_compiler::executable::Operation;
use apollo_compiler::parser::Parser;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use async_graphql::{Request, Variables};
use serde_json::Value as Json;

use crate::cache::DocumentCache;
use crate::cost::{self, Cost};
use crate::lean::Lean;
use crate::limits::Limits;
use crate::lines::Lines;
use crate::refusal::{Location, Refusal, code};
use crate::scan::scan;
use crate::schema::{FrontError, FrontSchema};
use crate::values::ScalarCheck;
use crate::{nul, shape, translate, values};

/// What is said of a text with that character.
const NUL: &str = "has the character U+0000, which no text can hold: leave it out";

/// What kind of operation is to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// Reads.
    Query,
    /// Writes.
    Mutation,
    /// Listens.
    Subscription,
}

/// An operation that may run.
#[derive(Debug)]
pub struct Checked {
    /// For the executor: parsed document, operation name and coerced variables.
    pub request: Request,
    /// What it does.
    pub kind: OperationKind,
    /// Upper bound of its cost, in points; see [`crate::cost`].
    pub cost: u64,
}

/// Checks requests against one schema. Documents that passed are kept, within a budget.
pub(crate) struct Checker {
    schema: FrontSchema,
    limits: Limits,
    introspection: bool,
    scalars: Vec<ScalarCheck>,
    documents: DocumentCache<Document>,
}

/// A valid document within all limits but cost.
struct Document {
    compiled: Valid<ExecutableDocument>,
    operations: Vec<Prepared>,
}

/// One operation of a document.
struct Prepared {
    operation: Node<Operation>,
    for_executor: async_graphql::parser::types::ExecutableDocument,
    lean: Option<Lean>,
    /// The cost, unless it depends on variables.
    fixed_cost: Option<u64>,
}

impl Checker {
    pub(crate) fn new(
        sdl: &str,
        limits: Limits,
        introspection: bool,
        scalars: Vec<ScalarCheck>,
    ) -> Result<Self, FrontError> {
        let documents = DocumentCache::new(limits.document_cache_bytes);
        Ok(Self { schema: FrontSchema::parse(sdl)?, limits, introspection, scalars, documents })
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(crate) fn check(
        &self,
        query: &str,
        operation_name: Option<&str>,
        variables: serde_json::Map<String, Json>,
    ) -> Result<Checked, Refusal> {
        let document = self.document(query)?;
        let operation_name = operation_name.filter(|name| !name.is_empty());
        let prepared = document.choose(operation_name)?;
        self.check_size_of(&variables)?;
        let variables = self.coerce(&document, &prepared.operation, variables)?;
        let points = match prepared.fixed_cost {
            Some(points) => points,
            None => cost::of_operation(&self.schema, &document.compiled, &prepared.operation, &variables).points,
        };
        if points > self.limits.cost {
            return Err(too_dear(self.limits.cost, points));
        }
        let mut request = Request::new("");
        request.operation_name = prepared.operation.name.as_ref().map(|name| name.to_string());
        request.variables = for_executor(variables);
        request.set_parsed_query(prepared.for_executor.clone());
        if let Some(lean) = &prepared.lean {
            request = request.data(lean.clone());
        }
        let kind = match prepared.operation.operation_type {
            OperationType::Query => OperationKind::Query,
            OperationType::Mutation => OperationKind::Mutation,
            OperationType::Subscription => OperationKind::Subscription,
        };
        Ok(Checked { request, kind, cost: points })
    }

    /// Whether a document may be kept for later: as [`Self::check`] does, but for what only its variables can tell.
    pub(crate) fn admit(&self, query: &str) -> Result<(), Refusal> {
        let document = self.validate(query)?;
        if document.operations.is_empty() {
            return Err(no_operation());
        }
        let costs = document.operations.iter().filter_map(|prepared| prepared.fixed_cost);
        match costs.max().filter(|points| *points > self.limits.cost) {
            Some(points) => Err(too_dear(self.limits.cost, points)),
            None => Ok(()),
        }
    }

    /// Whether an operation has one of these fields at its root, under whatever alias and in whatever fragment.
    pub(crate) fn asks_for(&self, query: &str, operation_name: Option<&str>, fields: &[&str]) -> Result<bool, Refusal> {
        let document = self.document(query)?;
        let prepared = document.choose(operation_name.filter(|name| !name.is_empty()))?;
        let mut asked = prepared.operation.root_fields(&document.compiled);
        Ok(asked.any(|field| fields.contains(&field.name.as_str())))
    }

    fn document(&self, query: &str) -> Result<Arc<Document>, Refusal> {
        if let Some(known) = self.documents.get(query) {
            return Ok(known);
        }
        let document = Arc::new(self.validate(query)?);
        self.documents.insert(query, Arc::clone(&document));
        Ok(document)
    }

    fn validate(&self, query: &str) -> Result<Document, Refusal> {
        let query = &*self.gate(query)?;
        let limits = &self.limits;
        let mut parser = Parser::new().token_limit(4 * limits.tokens + 64).recursion_limit(4 * limits.nesting + 16);
        let ast = parser
            .parse_ast(query, "request")
            .map_err(|invalid| Refusal::diagnostics(code::GRAPHQL_PARSE_FAILED, &invalid.errors, limits.errors))?;
        shape::check(&ast, limits)?;
        let compiled = ast
            .to_executable_validate(self.schema.valid())
            .map_err(|invalid| Refusal::diagnostics(code::GRAPHQL_VALIDATION_FAILED, &invalid.errors, limits.errors))?;
        let lines = Lines::new(query);
        let operations = compiled.operations.iter().map(|operation| self.prepare(&compiled, operation, &lines));
        let operations = operations.collect::<Result<_, _>>()?;
        Ok(Document { compiled, operations })
    }

    /// What must hold before a parser, which recurses, may see the text. Gives the text without descriptions of
    /// operations and fragments, which the specification of September 2025 has and the compiler does not.
    fn gate<'a>(&self, query: &'a str) -> Result<Cow<'a, str>, Refusal> {
        let at_most = |name, what, max: usize, found: usize| {
            if found > max { Err(Refusal::limit(name, what, max as u64, found as u64)) } else { Ok(()) }
        };
        at_most("document_bytes", "bytes of the document", self.limits.document_bytes, query.len())?;
        let found = scan(query).map_err(|error| {
            Refusal::parse(format!("Syntax Error: {error}."), vec![Lines::new(query).at(error.offset())])
        })?;
        at_most("nesting", "brackets inside each other", self.limits.nesting, found.nesting)?;
        at_most("tokens", "tokens of the document", self.limits.tokens, found.tokens)?;
        if let Some(offset) = nul::in_document(query) {
            let message = format!("a text {NUL}");
            return Err(Refusal::document(code::BAD_USER_INPUT, message, vec![Lines::new(query).at(offset)]));
        }
        Ok(blank(query, &found.descriptions))
    }

    fn prepare(
        &self,
        compiled: &Valid<ExecutableDocument>,
        operation: &Node<Operation>,
        lines: &Lines<'_>,
    ) -> Result<Prepared, Refusal> {
        let invalid = |message: String, offset: Option<usize>| {
            let locations: Vec<Location> = offset.map(|offset| lines.at(offset)).into_iter().collect();
            Refusal::document(code::GRAPHQL_VALIDATION_FAILED, message, locations)
        };
        values::check(self.schema.valid(), &self.scalars, compiled, operation)
            .map_err(|breach| invalid(breach.message, breach.at.map(|at| at.offset())))?;
        let introspects = |name: &str| matches!(name, "__schema" | "__type");
        if !self.introspection
            && let Some(field) = operation.root_fields(compiled).find(|field| introspects(&field.name))
        {
            let at = field.location().map(|at| at.offset());
            return Err(invalid("Introspection is switched off on this server.".to_owned(), at));
        }
        let Cost { points, uses_variables } =
            cost::of_operation(&self.schema, compiled, operation, &JsonMap::default());
        Ok(Prepared {
            operation: operation.clone(),
            for_executor: translate::document(compiled, operation, lines),
            lean: Lean::of(compiled, &operation.selection_set, lines),
            fixed_cost: (!uses_variables).then_some(points),
        })
    }

    fn check_size_of(&self, variables: &serde_json::Map<String, Json>) -> Result<(), Refusal> {
        let count = variables.len();
        if count > self.limits.variables {
            return Err(Refusal::limit("variables", "variables", self.limits.variables as u64, count as u64));
        }
        let depth = variables.values().map(depth_of).max().unwrap_or(0);
        if depth > self.limits.variables_depth {
            let max = self.limits.variables_depth as u64;
            return Err(Refusal::limit("variables_depth", "depth of the variables", max, depth as u64));
        }
        match nul::in_variables(variables) {
            Some(path) => Err(Refusal::ill_formed(code::BAD_USER_INPUT, format!("{path} {NUL}"))),
            None => Ok(()),
        }
    }

    fn coerce(
        &self,
        document: &Document,
        operation: &Operation,
        variables: serde_json::Map<String, Json>,
    ) -> Result<JsonMap, Refusal> {
        if operation.variables.is_empty() {
            return Ok(JsonMap::default());
        }
        let given: JsonMap = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let coerced = coerce_variable_values(self.schema.valid(), operation, &given).map_err(|error| {
            let location = error.location().and_then(|at| at.line_column(&document.compiled.sources));
            let locations = location.map(|at| Location { line: at.line, column: at.column }).into_iter().collect();
            Refusal::document(code::BAD_USER_INPUT, error.message().to_string(), locations)
        })?;
        values::check_variables(self.schema.valid(), &self.scalars, operation, &coerced)
            .map_err(|message| Refusal::document(code::BAD_USER_INPUT, message, Vec::new()))?;
        Ok(coerced.into_inner())
    }
}

impl Document {
    fn choose(&self, name: Option<&str>) -> Result<&Prepared, Refusal> {
        let fail = |message: String| Refusal::document(code::OPERATION_RESOLUTION_FAILURE, message, Vec::new());
        match (name, self.operations.as_slice()) {
            (None, [only]) => Ok(only),
            (None, []) => Err(no_operation()),
            (None, _) => {
                Err(fail("The document holds several operations: name the one to run in \"operationName\".".to_owned()))
            }
            (Some(name), operations) => operations
                .iter()
                .find(|prepared| prepared.operation.name.as_ref().is_some_and(|given| given == name))
                .ok_or_else(|| fail(format!("The document holds no operation named \"{name}\"."))),
        }
    }
}

fn no_operation() -> Refusal {
    let message = "The document holds no operation.";
    Refusal::document(code::OPERATION_RESOLUTION_FAILURE, message, Vec::new())
}

fn too_dear(most: u64, points: u64) -> Refusal {
    Refusal::limit("cost", "cost of the operation", most, points)
}

/// `text` with spaces in the place of `ranges`, lines kept.
fn blank<'a>(text: &'a str, ranges: &[Range<usize>]) -> Cow<'a, str> {
    if ranges.is_empty() {
        return Cow::Borrowed(text);
    }
    let is_blank = |at: usize| ranges.iter().any(|range| range.contains(&at));
    let bytes = text.bytes().enumerate();
    let bytes = bytes.map(|(at, byte)| if is_blank(at) && !matches!(byte, b'\n' | b'\r') { b' ' } else { byte });
    Cow::Owned(String::from_utf8(bytes.collect()).expect("a range covers whole characters"))
}

/// Lists and objects inside each other; 0 for a plain value. JSON itself is read to a depth of 128 at most.
fn depth_of(value: &Json) -> usize {
    match value {
        Json::Array(items) => 1 + items.iter().map(depth_of).max().unwrap_or(0),
        Json::Object(fields) => 1 + fields.values().map(depth_of).max().unwrap_or(0),
        _ => 0,
    }
}

fn for_executor(variables: JsonMap) -> Variables {
    if variables.is_empty() {
        return Variables::default();
    }
    let plain = serde_json::to_value(variables).expect("JSON values are JSON values");
    Variables::from_json(plain)
}
