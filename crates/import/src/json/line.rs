//! One line: its parts, their shape, and what can be wrong with them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, Utc};
use griot_domain::{
    Body, Edition, Entry, EntryId, EntryKind, ExternalId, Locale, OldPath, Publication, Retraction, Slug, Text,
    UnfitContent, plain_words,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::check::{check_edition, check_entry, check_retraction};
use super::strict::Strict;

/// A line as it stands in the file; references may still be slugs.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Line {
    pub kind: EntryKind,
    #[serde(default)]
    pub id: Option<EntryId>,
    #[serde(default)]
    pub live_from: Option<DateTime<Utc>>,
    #[serde(default)]
    pub external_ids: Vec<ExternalId>,
    #[serde(default)]
    pub entry: Option<Value>,
    #[serde(default)]
    pub texts: BTreeMap<Locale, Map<String, Value>>,
    #[serde(default)]
    pub withdrawn: BTreeSet<Locale>,
    #[serde(default)]
    pub retraction: Option<Retraction>,
    #[serde(default)]
    pub old_paths: Vec<OldPath>,
}

/// What is wrong with a line, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// JSON path such as `texts.fr.body[0]._key`; empty for the line as a whole.
    pub path: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// A line in the shape of the record.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub entry: Option<Entry>,
    pub editions: BTreeMap<Locale, Edition>,
    /// Languages of an article whose line has no `mentions`.
    pub without_mentions: BTreeSet<Locale>,
}

impl Fault {
    pub fn at(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

impl Line {
    /// Reads one line of JSON.
    pub fn read(json: &str) -> Result<Self, Fault> {
        let mut source = serde_json::Deserializer::from_str(json);
        let Strict(value) = serde_path_to_error::deserialize(&mut source).map_err(|err| {
            let path = path_of(err.path());
            let inner = err.into_inner();
            match inner.is_syntax() || inner.is_eof() {
                true => Fault::at(path, format!("{}; each line has to be one whole JSON object", without_line(&inner))),
                false => Fault::at(path, without_line(&inner)),
            }
        })?;
        source.end().map_err(|err| {
            Fault::at("", format!("{} after the object; give each entry a line of its own", without_line(&err)))
        })?;
        if !value.is_object() {
            return Err(Fault::at("", format!("the line is {}; it has to be one JSON object", shape_of(&value))));
        }
        shape("", value)
    }

    /// The slugs the line gives its entry, where they are well formed.
    pub fn slugs(&self) -> impl Iterator<Item = Slug> {
        self.texts.values().filter_map(|text| Slug::parse(text.get("slug")?.as_str()?).ok())
    }

    /// Checks all parts against the shape of their kind. References must be content ids by now.
    pub fn shape(&mut self) -> Result<Parts, Fault> {
        let kind = self.kind;
        self.retraction.iter().try_for_each(|retraction| check_retraction(retraction, self))?;
        let entry = self.entry.take().map(|value| shape_entry(kind, value)).transpose()?;
        entry.iter().try_for_each(check_entry)?;
        let mut editions = BTreeMap::new();
        let mut without_mentions = BTreeSet::new();
        for (locale, mut text) in std::mem::take(&mut self.texts) {
            let path = format!("texts.{locale}");
            if kind == EntryKind::Article && !text.contains_key("mentions") {
                without_mentions.insert(locale.clone());
            }
            let slug = text.remove("slug").map(|slug| shape::<Slug>(&format!("{path}.slug"), slug)).transpose()?;
            match (&slug, kind.has_slug()) {
                (None, true) => {
                    return Err(Fault::at(path, format!("each text of a kind such as {kind} needs a `slug`")));
                }
                (Some(_), false) => {
                    return Err(Fault::at(path, format!("a text of kind {kind} has no page, so no `slug`")));
                }
                _ => {}
            }
            let body = text.remove("body").map(|body| shape::<Body>(&format!("{path}.body"), body)).transpose()?;
            let text = shape_text(kind, &path, Value::Object(text))?;
            let edition = Edition { slug, text, body: body.unwrap_or_default() };
            check_edition(&path, &edition)?;
            editions.insert(locale, edition);
        }
        Ok(Parts { entry, editions, without_mentions })
    }

    /// The publication of the line's entry, once it has a shape and an identity.
    pub fn publication(&self, id: EntryId, live_from: DateTime<Utc>, parts: Parts) -> Publication {
        Publication {
            id,
            kind: self.kind,
            live_from,
            revised_at: None,
            entry: parts.entry,
            editions: parts.editions,
            withdrawn: self.withdrawn.clone(),
            retraction: self.retraction.clone(),
            external_ids: self.external_ids.clone(),
            old_paths: self.old_paths.clone(),
        }
    }
}

fn shape_entry(kind: EntryKind, value: Value) -> Result<Entry, Fault> {
    // The library would read a list as the fields in order.
    if !value.is_object() {
        return Err(Fault::at("entry", format!("here stands {}; give an object of fields", shape_of(&value))));
    }
    Entry::from_value(kind, value).map_err(|unfit| unfit_at("entry", unfit))
}

fn shape_text(kind: EntryKind, path: &str, value: Value) -> Result<Text, Fault> {
    Text::from_value(kind, value).map_err(|unfit| unfit_at(path, unfit))
}

fn unfit_at(path: &str, unfit: UnfitContent) -> Fault {
    Fault::at(below(path, unfit.path), plain_words(unfit.source.to_string()))
}

fn shape<T: DeserializeOwned>(path: &str, value: Value) -> Result<T, Fault> {
    serde_path_to_error::deserialize(value).map_err(|err| {
        let path = below(path, path_of(err.path()));
        Fault::at(path, plain_words(err.into_inner().to_string()))
    })
}

/// The path of a field below another.
fn below(path: &str, inner: String) -> String {
    match (path, inner.chars().next()) {
        (_, None) => path.to_owned(),
        ("", _) => inner,
        (_, Some('[')) => format!("{path}{inner}"),
        (_, Some(_)) => format!("{path}.{inner}"),
    }
}

/// What a value that is no object is called.
fn shape_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The path without the `.` the library gives for the value itself, and without a trailing `?`.
fn path_of(path: &serde_path_to_error::Path) -> String {
    let path = path.to_string();
    if path == "." { String::new() } else { path.trim_end_matches(['?', '.']).to_owned() }
}

/// The message without ` at line 1 column 7`: the line is another one to the reader.
fn without_line(err: &serde_json::Error) -> String {
    let message = err.to_string();
    match message.rfind(" at line ") {
        Some(end) => format!("{} (column {})", &message[..end], err.column()),
        None => message,
    }
}
