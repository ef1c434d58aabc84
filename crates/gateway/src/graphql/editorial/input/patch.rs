//! From an input to a patch of the domain, or to what is wrong with it.

use std::collections::BTreeMap;

use async_graphql::{ID, MaybeUndefined};
use griot_domain::{Body, DraftPatch, EntryId, ExternalId, Locale, OldPath, Slug, TextPatch, normalise_old_path};
use griot_editorial::UserErrorCode;
use serde_json::{Map, Value};
use url::Url;

use super::rich_text::RichTextInput;
use super::shape::{ExternalIdInput, OldPathInput};
use crate::graphql::delivery::scalar::Tag;

/// A value that cannot be used, by its place in the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub code: UserErrorCode,
    pub path: Vec<String>,
    pub message: String,
}

impl Flaw {
    pub fn invalid(path: &[&str], message: impl ToString) -> Self {
        let path = path.iter().map(|&step| step.to_owned()).collect();
        Self { code: UserErrorCode::Invalid, path, message: message.to_string() }
    }

    fn required(path: &[&str]) -> Self {
        let message = format!("`{}` cannot be cleared; leave it out to keep it", path.last().unwrap_or(&""));
        Self { code: UserErrorCode::Required, ..Self::invalid(path, message) }
    }
}

/// What an input asks to be changed, before it is read as content.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    pub entry: Map<String, Value>,
    /// Fields that every entry of the kind has.
    pub required: Vec<String>,
    pub texts: Vec<TextFields>,
    pub removed: Vec<Tag>,
    pub external_ids: MaybeUndefined<Vec<ExternalIdInput>>,
    pub old_paths: MaybeUndefined<Vec<OldPathInput>>,
}

/// What an input says in one language.
#[derive(Debug)]
pub(crate) struct TextFields {
    pub locale: Tag,
    /// The slug among them, when the kind has one.
    pub text: Map<String, Value>,
    /// Fields that every text of the kind has.
    pub required: Vec<String>,
    pub body: MaybeUndefined<RichTextInput>,
}

/// A patch, and the languages of the input in its order, by which errors are placed.
#[derive(Clone, Debug)]
pub(crate) struct Patched {
    pub patch: DraftPatch,
    pub locales: Vec<Locale>,
}

impl Fields {
    /// The patch, or every flaw of the input. `base` is what relative addresses in texts start from.
    pub fn patch(self, base: &Url) -> Result<Patched, Vec<Flaw>> {
        let mut flaws = Vec::new();
        let removed = locales(&["localesRemoved"], Some(self.removed)).map_err(|flaw| flaws.push(flaw));
        let removed = removed.ok().flatten().into_iter().flatten().collect();
        for name in self.required.iter().filter(|name| self.entry.get(*name).is_some_and(Value::is_null)) {
            flaws.push(Flaw::required(&[name]));
        }
        let mut texts = BTreeMap::new();
        let mut locales = Vec::with_capacity(self.texts.len());
        for (position, text) in self.texts.into_iter().enumerate() {
            let place = position.to_string();
            let Some((locale, patch)) = text.patch(&place, base, &mut flaws) else { continue };
            if texts.insert(locale.clone(), patch).is_some() {
                flaws
                    .push(Flaw::invalid(&["texts", &place, "locale"], format!("the language {locale} is given twice")));
            }
            locales.push(locale);
        }
        let external_ids = whole(self.external_ids, |list| {
            list.into_iter().map(|ExternalIdInput { scheme, value }| ExternalId { scheme, value }).collect()
        });
        let old_paths = whole(self.old_paths, |list| old_paths(list, &mut flaws));
        let patch = DraftPatch { entry: self.entry, texts, removed, external_ids, old_paths };
        if flaws.is_empty() { Ok(Patched { patch, locales }) } else { Err(flaws) }
    }
}

impl TextFields {
    fn patch(mut self, place: &str, base: &Url, flaws: &mut Vec<Flaw>) -> Option<(Locale, TextPatch)> {
        let mut refuse = |flaw| flaws.push(flaw);
        for name in self.required.iter().filter(|name| self.text.get(*name).is_some_and(Value::is_null)) {
            refuse(Flaw::required(&["texts", place, name]));
        }
        let slug = match self.text.remove("slug") {
            None => None,
            Some(Value::String(raw)) => {
                Slug::parse(&raw).map_err(|err| refuse(Flaw::invalid(&["texts", place, "slug"], err))).ok()
            }
            Some(_) => {
                refuse(Flaw::required(&["texts", place, "slug"]));
                None
            }
        };
        let body = match self.body {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(Body::default()),
            MaybeUndefined::Value(body) => {
                body.body(base).map_err(|why| refuse(Flaw::invalid(&["texts", place, "body"], why))).ok()
            }
        };
        let locale = locale(&["texts", place, "locale"], &self.locale).map_err(refuse).ok()?;
        Some((locale, TextPatch { slug, text: self.text, body }))
    }
}

/// What a new entry is given; it has nothing to clear.
pub(super) fn given<T>(value: Option<T>) -> MaybeUndefined<T> {
    value.map_or(MaybeUndefined::Undefined, MaybeUndefined::Value)
}

/// A list that takes the place of the one there is; `null` empties it.
fn whole<T, U>(given: MaybeUndefined<Vec<T>>, read: impl FnOnce(Vec<T>) -> Vec<U>) -> Option<Vec<U>> {
    match given {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(Vec::new()),
        MaybeUndefined::Value(list) => Some(read(list)),
    }
}

fn old_paths(list: Vec<OldPathInput>, flaws: &mut Vec<Flaw>) -> Vec<OldPath> {
    let mut paths = Vec::with_capacity(list.len());
    for (position, OldPathInput { path, locale: tag }) in list.into_iter().enumerate() {
        let place = position.to_string();
        let path = normalise_old_path(&path).map_err(|err| Flaw::invalid(&["oldPaths", &place, "path"], err));
        let tag = tag.map(|tag| locale(&["oldPaths", &place, "locale"], &tag)).transpose();
        match (path, tag) {
            (Ok(path), Ok(locale)) => paths.push(OldPath { path, locale }),
            (path, tag) => flaws.extend([path.err(), tag.err()].into_iter().flatten()),
        }
    }
    paths
}

/// Reads a content id.
pub(crate) fn entry_id(path: &[&str], id: &ID) -> Result<EntryId, Flaw> {
    id.parse().map_err(|err| Flaw::invalid(path, err))
}

/// Reads a language tag.
pub(crate) fn locale(path: &[&str], tag: &Tag) -> Result<Locale, Flaw> {
    Locale::parse(&tag.0).map_err(|err| Flaw::invalid(path, err))
}

/// Reads language tags.
pub(crate) fn locales(path: &[&str], tags: Option<Vec<Tag>>) -> Result<Option<Vec<Locale>>, Flaw> {
    tags.map(|tags| tags.iter().map(|tag| locale(path, tag)).collect()).transpose()
}

/// A revision, or another number counted from 0, as GraphQL's `Int`.
pub(crate) fn number(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
