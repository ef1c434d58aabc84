//! Requests made from the schema: every field with every argument, in random combinations, and mistakes among them.

mod faults;
mod literal;
mod names;
mod settling;
mod values;
mod wire;

use std::borrow::Cow;
use std::collections::BTreeSet;

use apollo_compiler::Schema;
use apollo_compiler::ast::FieldDefinition;
use apollo_compiler::schema::ExtendedType;
use serde_json::{Map, Value, json};

use self::literal::Literal;
pub use self::names::{Named, Names};
pub use self::settling::{fail_alike, meet};
pub use self::wire::{Answer, Ask, Wire};

/// Fields inside fields of most documents.
const DEPTH: usize = 4;
/// Ids and cursors kept of the answers.
const MOST_KEPT: usize = 300;

/// Makes requests. The same seed makes the same ones, as long as the answers are the same.
pub struct Generator<'a> {
    schema: &'a Schema,
    names: Cow<'a, Names>,
    rng: fastrand::Rng,
    /// The kind of entry the root field is about, such as `person`.
    about: Option<String>,
    ids: Vec<String>,
    cursors: Vec<String>,
    /// Pages that follow upon those already seen.
    next: Vec<Call>,
    /// `Type.field` of all that the document under way asks for.
    asked: BTreeSet<String>,
}

impl std::fmt::Debug for Generator<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Generator").field("about", &self.about).finish_non_exhaustive()
    }
}

/// A request and what it is about.
#[derive(Clone, Debug)]
pub struct Made {
    #[allow(missing_docs)]
    pub ask: Ask,
    /// The root fields it calls, when the document is meant to be a good one.
    calls: Vec<Call>,
    /// `Type.field` of all it asks for.
    pub asked: BTreeSet<String>,
}

/// A field of `Query`, called.
#[derive(Clone, Debug)]
struct Call {
    field: String,
    /// Name, type, value.
    args: Vec<(String, String, Literal)>,
    selection: String,
    asked: BTreeSet<String>,
}

impl<'a> Generator<'a> {
    /// One that asks for what `names` names, by the fields of `schema`.
    pub fn new(schema: &'a Schema, names: &'a Names, rng: fastrand::Rng) -> Self {
        let (ids, cursors, next) = Default::default();
        let names = Cow::Borrowed(names);
        Self { schema, names, rng, about: None, ids, cursors, next, asked: BTreeSet::new() }
    }

    /// Asks for what these name from now on.
    pub fn rename(&mut self, names: Names) {
        self.names = Cow::Owned(names);
    }

    /// A request.
    pub fn make(&mut self) -> Made {
        if self.chance(12) {
            return Made { ask: self.fault(), calls: Vec::new(), asked: BTreeSet::new() };
        }
        if self.chance(5) {
            return Made { ask: self.other_route(), calls: Vec::new(), asked: BTreeSet::new() };
        }
        let count = if self.chance(75) { 1 } else { self.rng.usize(2..4) };
        let calls: Vec<Call> = (0..count).map(|_| self.call()).collect();
        let asked = calls.iter().flat_map(|call| call.asked.iter().cloned()).collect();
        Made { ask: self.ask_for(&calls), calls, asked }
    }

    /// Takes ids and cursors out of an answer, and turns the pages of its lists.
    pub fn learn(&mut self, made: &Made, answer: &Answer) {
        let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else { return };
        collect(&body["data"], &mut self.ids, &mut self.cursors);
        for kept in [&mut self.ids, &mut self.cursors] {
            let surplus = kept.len().saturating_sub(MOST_KEPT);
            kept.drain(..surplus);
        }
        if self.next.len() > 8 {
            return;
        }
        for (number, call) in made.calls.iter().enumerate() {
            let page = &body["data"][format!("r{number}")]["pageInfo"];
            for (argument, cursor) in [("after", &page["endCursor"]), ("before", &page["startCursor"])] {
                let Some(cursor) = cursor.as_str() else { continue };
                let mut call = call.clone();
                let size = if argument == "after" { "first" } else { "last" };
                call.args.retain(|(name, ..)| !["after", "before", "first", "last"].contains(&name.as_str()));
                call.args.push((argument.to_owned(), "String".to_owned(), Literal::text(cursor)));
                call.args.push((size.to_owned(), "Int".to_owned(), Literal::Plain(self.rng.u8(1..5).into())));
                self.next.push(call);
            }
        }
    }

    /// Whether something that happens in so many of a hundred cases does.
    fn chance(&mut self, percent: u8) -> bool {
        self.rng.u8(0..100) < percent
    }

    fn one_of<T: Clone>(&mut self, choices: &[T]) -> Option<T> {
        self.rng.choice(choices).cloned()
    }

    fn fields(&self, of: &str) -> Vec<FieldDefinition> {
        let fields = match self.schema.types.get(of) {
            Some(ExtendedType::Object(object)) => &object.fields,
            Some(ExtendedType::Interface(interface)) => &interface.fields,
            _ => return Vec::new(),
        };
        fields.values().map(|field| FieldDefinition::clone(field)).collect()
    }

    fn call(&mut self) -> Call {
        if self.chance(50)
            && let Some(call) = self.next.pop()
        {
            return call;
        }
        let roots = self.fields("Query");
        let field = roots[self.rng.usize(0..roots.len())].clone();
        let name = field.name.to_string();
        self.about = match name.as_str() {
            "people" | "person" => Some("person".to_owned()),
            "node" | "nodes" | "content" | "notice" | "route" | "search" => None,
            other => Some(other.trim_end_matches('s').to_owned()),
        };
        self.asked.clear();
        self.asked.insert(format!("Query.{name}"));
        let args = self.arguments(&field);
        let selection = self.selection(field.ty.inner_named_type().as_str(), DEPTH);
        Call { field: name, args, selection, asked: std::mem::take(&mut self.asked) }
    }

    fn arguments(&mut self, field: &FieldDefinition) -> Vec<(String, String, Literal)> {
        let mut args = Vec::new();
        let looks_up = field.arguments.iter().any(|argument| argument.name == "slug");
        let by_slug = self.rng.bool();
        for argument in &field.arguments {
            let is_wanted = match argument.name.as_str() {
                // One of the two is right, both or none are mistakes.
                "slug" | "contentId" if looks_up => (argument.name == "slug") == by_slug && !self.chance(3),
                "last" | "before" => self.chance(6),
                "after" => self.chance(4),
                "first" => self.chance(85),
                _ => self.chance(40),
            };
            if argument.ty.is_non_null() || is_wanted {
                let value = self.value(&argument.name, &argument.ty, 3);
                args.push((argument.name.to_string(), argument.ty.to_string(), value));
            }
        }
        args
    }

    /// Some fields of a type, in braces; empty for a type that has none.
    fn selection(&mut self, of: &str, depth: usize) -> String {
        match self.schema.types.get(of) {
            Some(ExtendedType::Scalar(_) | ExtendedType::Enum(_)) | None => return String::new(),
            Some(ExtendedType::Interface(_) | ExtendedType::Union(_)) => {
                let objects = self.objects_of(of);
                let object = self.rng.choice(&objects).expect("an abstract type stands for some").clone();
                let inner = self.selection(&object, depth);
                let own = if self.chance(30) { self.common(of) } else { String::new() };
                return format!(" {{ __typename {own} ... on {object}{inner} }}");
            }
            Some(_) => {}
        }
        let is_list = of.ends_with("Connection");
        let mut chosen = Vec::new();
        for field in self.fields(of) {
            let inner = field.ty.inner_named_type().to_string();
            let is_leaf = self.schema.types.get(inner.as_str()).is_none_or(|ty| ty.is_scalar() || ty.is_enum());
            let is_wanted = match (is_list, field.name.as_str()) {
                (true, "nodes") => self.chance(40),
                (true, _) => self.chance(70),
                (false, "id" | "cursor") => true,
                (false, "edges" | "node") => true,
                (false, _) if is_leaf => self.chance(35),
                (false, _) => depth > 0 && self.chance(25),
            };
            if is_wanted {
                let deeper = depth - usize::from(!is_leaf && !is_list && field.name != "node").min(depth);
                chosen.push(self.field(of, &field, deeper));
            }
        }
        if chosen.is_empty() {
            chosen.push("__typename".to_owned());
        }
        format!(" {{ {} }}", chosen.join(" "))
    }

    fn field(&mut self, of: &str, field: &FieldDefinition, depth: usize) -> String {
        self.asked.insert(format!("{of}.{}", field.name));
        let args = self.arguments(field);
        let args = args.iter().map(|(name, _, value)| format!("{name}: {}", value.in_document()));
        let args = args.collect::<Vec<_>>().join(", ");
        let args = if args.is_empty() { args } else { format!("({args})") };
        format!("{}{args}{}", field.name, self.selection(field.ty.inner_named_type().as_str(), depth))
    }

    /// Fields of an interface itself that take no arguments, so that no object's own field is at odds with them.
    fn common(&mut self, of: &str) -> String {
        let mut chosen = Vec::new();
        for field in self.fields(of) {
            if field.arguments.is_empty() && field.ty.inner_named_type() != "Seo" && self.chance(50) {
                let inner = if field.name == "alternates" { " { id slug title }" } else { "" };
                self.asked.insert(format!("{of}.{}", field.name));
                chosen.push(format!("{}{inner}", field.name));
            }
        }
        chosen.join(" ")
    }

    fn objects_of(&self, of: &str) -> Vec<String> {
        let is_one = |ty: &ExtendedType| match ty {
            ExtendedType::Object(object) => object.implements_interfaces.iter().any(|name| name.as_str() == of),
            _ => false,
        };
        match self.schema.types.get(of) {
            Some(ExtendedType::Union(union)) => union.members.iter().map(|member| member.name.to_string()).collect(),
            _ => self.schema.types.values().filter(|ty| is_one(ty)).map(|ty| ty.name().to_string()).collect(),
        }
    }

    /// A document of these calls, sent in one of the ways there are.
    fn ask_for(&mut self, calls: &[Call]) -> Ask {
        let with_variables = self.chance(40);
        let (mut declared, mut variables, mut fields) = (Vec::new(), Map::new(), Vec::new());
        for (number, call) in calls.iter().enumerate() {
            let mut args = Vec::new();
            for (name, ty, value) in &call.args {
                if with_variables {
                    let variable = format!("{name}{number}");
                    declared.push(format!("${variable}: {ty}"));
                    args.push(format!("{name}: ${variable}"));
                    variables.insert(variable, value.in_variables());
                } else {
                    args.push(format!("{name}: {}", value.in_document()));
                }
            }
            let args = if args.is_empty() { String::new() } else { format!("({})", args.join(", ")) };
            fields.push(format!("r{number}: {}{args}{}", call.field, call.selection));
        }
        let declared = if declared.is_empty() { String::new() } else { format!(" Q({})", declared.join(", ")) };
        let query = format!("query{declared} {{ {} }}", fields.join(" "));
        if self.chance(15) { self.by_get(&query, &variables) } else { self.by_post(&query, &variables) }
    }

    fn by_post(&mut self, query: &str, variables: &Map<String, Value>) -> Ask {
        let mut body = json!({ "query": query });
        if !variables.is_empty() {
            body["variables"] = Value::Object(variables.clone());
        }
        Ask {
            method: "POST",
            target: "/graphql".to_owned(),
            headers: vec![("content-type", "application/json".to_owned()), ("accept", self.accepted())],
            body: Some(body.to_string()),
        }
    }

    fn by_get(&mut self, query: &str, variables: &Map<String, Value>) -> Ask {
        let mut target = format!("/graphql?query={}", percent(query));
        if !variables.is_empty() {
            target += &format!("&variables={}", percent(&Value::Object(variables.clone()).to_string()));
        }
        Ask { headers: vec![("accept", self.accepted())], ..Ask::get(target) }
    }

    fn accepted(&mut self) -> String {
        let json = if self.chance(70) { "application/graphql-response+json" } else { "application/json" };
        json.to_owned()
    }
}

/// A text as part of a query string.
fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn collect(value: &Value, ids: &mut Vec<String>, cursors: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), value) {
                    ("id", Value::String(id)) => ids.push(id.clone()),
                    ("cursor" | "endCursor" | "startCursor", Value::String(cursor)) => cursors.push(cursor.clone()),
                    _ => collect(value, ids, cursors),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, ids, cursors)),
        _ => {}
    }
}
