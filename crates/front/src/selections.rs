//! What a document selects, told apart by digests.

use std::collections::HashMap;

use apollo_compiler::ast::{Argument, DirectiveList, Value};
use apollo_compiler::executable::{Field, Selection, SelectionSet};
use apollo_compiler::{ExecutableDocument, Name, Node};
use async_graphql::Pos;
use sha2::{Digest, Sha256};

use crate::lines::Lines;

/// What is selected of an object, wherever a document does: names, arguments, directives and all that is below, in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selected([u8; 16]);

/// The selections of an operation by the place of their field. What depends on variables is not among them.
#[derive(Debug, Default)]
pub(crate) struct Selections(HashMap<Pos, At>);

#[derive(Clone, Copy, Debug)]
struct At {
    /// The field as such, where its answer takes more than reading it off its object.
    field: Option<Selected>,
    /// What is selected of its object.
    below: Option<Selected>,
}

impl Selections {
    /// Those of the operation with this selection.
    pub(crate) fn of(document: &ExecutableDocument, set: &SelectionSet, lines: &Lines<'_>) -> Self {
        let mut reading = Reading { document, lines, fragments: HashMap::default(), found: Self::default() };
        reading.set(set);
        reading.found
    }

    /// The field at a place with all that is below it, if its answer is worth keeping.
    pub(crate) fn field(&self, place: Pos) -> Option<Selected> {
        self.0.get(&place)?.field
    }

    /// What is selected of the object that the field at a place gives.
    pub(crate) fn below(&self, place: Pos) -> Option<Selected> {
        self.0.get(&place)?.below
    }
}

struct Reading<'a> {
    document: &'a ExecutableDocument,
    lines: &'a Lines<'a>,
    fragments: HashMap<&'a Name, Option<Selected>>,
    found: Selections,
}

/// A digest in the making; `None` once it depends on variables. A document holds no U+0000, which ends each word.
struct Words(Option<Sha256>);

impl Words {
    fn add(&mut self, word: impl AsRef<[u8]>) {
        if let Some(digest) = &mut self.0 {
            digest.update(word);
            digest.update([0]);
        }
    }

    fn add_selected(&mut self, selected: Option<Selected>) {
        match selected {
            Some(Selected(digest)) => self.add(digest),
            None => self.0 = None,
        }
    }

    fn add_count(&mut self, count: usize) {
        self.add(count.to_string());
    }

    fn add_arguments(&mut self, arguments: &[Node<Argument>]) {
        self.add_count(arguments.len());
        for argument in arguments {
            if has_variables(&argument.value) {
                self.0 = None;
            }
            self.add(argument.name.as_str());
            self.add(argument.value.serialize().no_indent().to_string());
        }
    }

    fn add_directives(&mut self, directives: &DirectiveList) {
        self.add_count(directives.len());
        for directive in directives {
            self.add(directive.name.as_str());
            self.add_arguments(&directive.arguments);
        }
    }

    fn end(self) -> Option<Selected> {
        let digest = self.0?.finalize();
        Some(Selected(std::array::from_fn(|place| digest[place])))
    }
}

impl<'a> Reading<'a> {
    fn set(&mut self, set: &'a SelectionSet) -> Option<Selected> {
        let mut words = Words(Some(Sha256::new()));
        for selection in &set.selections {
            let (condition, directives, below) = match selection {
                Selection::Field(field) => {
                    words.add("");
                    words.add(field.response_key().as_str());
                    words.add_selected(self.field(field));
                    continue;
                }
                Selection::InlineFragment(inline) => {
                    (&inline.selection_set.ty, &inline.directives, self.set(&inline.selection_set))
                }
                Selection::FragmentSpread(spread) => match self.document.fragments.get(&spread.fragment_name) {
                    Some(fragment) => {
                        let below = self.fragment(&fragment.name, &fragment.selection_set);
                        (&fragment.selection_set.ty, &spread.directives, below)
                    }
                    None => continue,
                },
            };
            words.add(condition.as_str());
            words.add_directives(directives);
            words.add_selected(below);
        }
        words.end()
    }

    fn fragment(&mut self, name: &'a Name, set: &'a SelectionSet) -> Option<Selected> {
        if let Some(known) = self.fragments.get(name) {
            return *known;
        }
        let selected = self.set(set);
        self.fragments.insert(name, selected);
        selected
    }

    /// The field without the name it is answered under.
    fn field(&mut self, field: &'a Node<Field>) -> Option<Selected> {
        let has_selection = !field.selection_set.selections.is_empty();
        let below = has_selection.then(|| self.set(&field.selection_set)).flatten();
        let mut words = Words(Some(Sha256::new()));
        words.add(field.name.as_str());
        words.add_arguments(&field.arguments);
        words.add_directives(&field.directives);
        if has_selection {
            words.add_selected(below);
        }
        let selected = words.end();
        let is_worth_keeping = has_selection || field.definition.directives.has("cost");
        if is_worth_keeping && let Some(at) = field.location().map(|span| self.lines.at(span.offset())) {
            let at_field = At { field: selected, below };
            self.found.0.insert(Pos { line: at.line, column: at.column }, at_field);
        }
        selected
    }
}

fn has_variables(value: &Value) -> bool {
    match value {
        Value::Variable(_) => true,
        Value::List(items) => items.iter().any(|item| has_variables(item)),
        Value::Object(fields) => fields.iter().any(|(_, value)| has_variables(value)),
        _ => false,
    }
}
