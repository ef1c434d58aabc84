//! The working state of an entry, how it is changed, and how two states differ.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::check::CheckError;
use crate::wording::plain_words;
use crate::{
    Body, Edition, Entry, EntryId, EntryKind, ExternalId, Locale, OldPath, Publication, Slug, Text, UnfitContent,
};

/// All that a publication of the entry would make live.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The language-neutral part.
    pub entry: Entry,
    #[allow(missing_docs)]
    pub editions: BTreeMap<Locale, Edition>,
    /// Identifiers in other systems, in order.
    pub external_ids: Vec<ExternalId>,
    /// Addresses that lead here, in order.
    pub old_paths: Vec<OldPath>,
}

/// A change of a draft. A field that is left out stays, one that is `null` is cleared, and any other takes the place of
/// the one there is as a whole: a new picture does not keep the text alternative of the old one.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DraftPatch {
    /// Fields of the language-neutral part.
    pub entry: Map<String, Value>,
    /// By language; a language the draft lacks is added.
    pub texts: BTreeMap<Locale, TextPatch>,
    /// Languages to take out.
    pub removed: BTreeSet<Locale>,
    /// In place of those the draft has.
    pub external_ids: Option<Vec<ExternalId>>,
    /// In place of those the draft has.
    pub old_paths: Option<Vec<OldPath>>,
}

/// A change of one language.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TextPatch {
    /// A new language without one gets a slug made of its title.
    pub slug: Option<Slug>,
    #[allow(missing_docs)]
    pub text: Map<String, Value>,
    /// In place of the body there is.
    pub body: Option<Body>,
}

/// Why a change cannot be made; the draft stays as it was.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct DraftError {
    /// The field, such as `entry.ranks[0].until` or `texts.fr.headline`.
    pub path: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// One field that differs between two states of a draft.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Such as `entry.kind` or `texts.fr.body[a1b2].children`; items with a `_key` are named by it.
    pub path: String,
    /// `None` where the field is new.
    pub before: Option<Value>,
    /// `None` where the field is gone.
    pub after: Option<Value>,
}

impl DraftError {
    fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }

    fn of(prefix: &str, unfit: &UnfitContent) -> Self {
        Self::new(join(prefix, &unfit.path), plain_words(unfit.source.to_string()))
    }

    fn below(prefix: &str, CheckError { path, flaw }: CheckError) -> Self {
        Self::new(join(prefix, &path), flaw.to_string())
    }
}

impl DraftPatch {
    /// The draft with the change made; `draft` is `None` for a new entry. The result keeps every rule of
    /// [`Entry::check`] and [`Text::check`].
    pub fn apply(&self, kind: EntryKind, draft: Option<&Draft>) -> Result<Draft, DraftError> {
        let entry = draft.map_or_else(|| Value::Object(Map::new()), |draft| draft.entry.to_value());
        let entry = shape_entry(kind, merged(entry, &self.entry))?;
        entry.check().map_err(|err| DraftError::below("entry", err))?;
        let mut editions = draft.map(|draft| draft.editions.clone()).unwrap_or_default();
        for (locale, patch) in &self.texts {
            let edition = patch.apply(&entry, locale, editions.get(locale))?;
            editions.insert(locale.clone(), edition);
        }
        for locale in &self.removed {
            self.remove(locale, &mut editions).map_err(|message| DraftError::new("localesRemoved", message))?;
        }
        let mut external_ids = self.external_ids.clone();
        let mut old_paths = self.old_paths.clone();
        if let Some(draft) = draft {
            external_ids.get_or_insert_with(|| draft.external_ids.clone());
            old_paths.get_or_insert_with(|| draft.old_paths.clone());
        }
        Ok(Draft {
            entry,
            editions,
            external_ids: in_order(external_ids.unwrap_or_default()),
            old_paths: in_order(old_paths.unwrap_or_default()),
        })
    }
}

impl DraftPatch {
    fn remove(&self, locale: &Locale, editions: &mut BTreeMap<Locale, Edition>) -> Result<(), String> {
        if self.texts.contains_key(locale) {
            return Err(format!("the language {locale} is changed and removed at once; do one of them"));
        }
        if editions.remove(locale).is_none() {
            return Err(format!("there is no text in {locale}"));
        }
        if editions.is_empty() {
            return Err(format!("{locale} is its last language; put the draft away instead"));
        }
        Ok(())
    }
}

impl TextPatch {
    fn apply(&self, entry: &Entry, locale: &Locale, known: Option<&Edition>) -> Result<Edition, DraftError> {
        let kind = entry.kind();
        let path = format!("texts.{locale}");
        let text = known.map_or_else(|| Value::Object(Map::new()), |edition| edition.text.to_value());
        let text = shape_text(kind, &path, merged(text, &self.text))?;
        text.check().map_err(|err| DraftError::below(&path, err))?;
        let slug = match (&self.slug, kind.has_slug()) {
            (Some(_), false) => {
                return Err(DraftError::new(join(&path, "slug"), format!("an entry of kind {kind} has no page")));
            }
            (None, false) => None,
            (Some(slug), true) => Some(slug.clone()),
            (None, true) => match known.and_then(|edition| edition.slug.clone()) {
                Some(slug) => Some(slug),
                None => Some(slug_of(entry, &path, &text)?),
            },
        };
        let body = self.body.clone().or_else(|| known.map(|edition| edition.body.clone())).unwrap_or_default();
        let edition = Edition { slug, text, body };
        // Mentions given with the text are the author's to get right.
        Ok(if self.text.contains_key("mentions") { edition } else { edition.without_fallen_mentions() })
    }
}

impl Draft {
    #[allow(missing_docs)]
    pub fn kind(&self) -> EntryKind {
        self.entry.kind()
    }

    /// Every entry it refers to.
    pub fn targets(&self) -> BTreeSet<EntryId> {
        let mut targets: BTreeSet<EntryId> = self.entry.links().iter().map(|link| link.target).collect();
        for edition in self.editions.values() {
            targets.extend(edition.text.links().iter().map(|link| link.target));
            targets.extend(edition.body.references());
            targets.extend(edition.body.asset_ids().into_iter().map(EntryId::from));
        }
        targets
    }

    /// Headline, name or title in the first of its languages, for messages.
    pub fn title(&self) -> &str {
        self.editions.values().next().map_or("", |edition| edition.text.display_title(&self.entry))
    }

    /// What makes it live at `live_from` in these languages, or in all it has.
    pub fn publication(&self, id: EntryId, locales: Option<&[Locale]>, live_from: DateTime<Utc>) -> Publication {
        let is_wanted = |locale: &Locale| locales.is_none_or(|locales| locales.contains(locale));
        let wanted = self.editions.iter().filter(|(locale, _)| is_wanted(locale));
        Publication {
            id,
            kind: self.kind(),
            live_from,
            revised_at: None,
            entry: Some(self.entry.clone()),
            editions: wanted.map(|(locale, edition)| (locale.clone(), edition.clone())).collect(),
            withdrawn: BTreeSet::new(),
            retraction: None,
            external_ids: self.external_ids.clone(),
            old_paths: self.old_paths.clone(),
        }
    }

    /// The JSON form, with the fields of a line of the import format; equal drafts give equal bytes.
    pub fn to_value(&self) -> Value {
        let mut texts = Map::new();
        for (locale, edition) in &self.editions {
            let mut text = edition.text.to_value();
            text["slug"] = plain(&edition.slug);
            text["body"] = plain(&edition.body);
            texts.insert(locale.to_string(), text);
        }
        let mut whole = Map::new();
        whole.insert("kind".to_owned(), plain(&self.kind()));
        whole.insert("entry".to_owned(), self.entry.to_value());
        whole.insert("texts".to_owned(), Value::Object(texts));
        whole.insert("externalIds".to_owned(), plain(&self.external_ids));
        whole.insert("oldPaths".to_owned(), plain(&self.old_paths));
        Value::Object(whole)
    }

    /// Reads the JSON form.
    pub fn from_value(value: Value) -> Result<Self, DraftError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        struct Whole {
            kind: EntryKind,
            entry: Value,
            texts: BTreeMap<Locale, Map<String, Value>>,
            external_ids: Vec<ExternalId>,
            old_paths: Vec<OldPath>,
        }
        let Whole { kind, entry, texts, external_ids, old_paths } = shape("", value)?;
        let mut editions = BTreeMap::new();
        for (locale, mut text) in texts {
            let path = format!("texts.{locale}");
            let slug = shape(&join(&path, "slug"), text.remove("slug").unwrap_or_default())?;
            let body = shape(&join(&path, "body"), text.remove("body").unwrap_or_default())?;
            editions.insert(locale, Edition { slug, text: shape_text(kind, &path, Value::Object(text))?, body });
        }
        Ok(Self { entry: shape_entry(kind, entry)?, editions, external_ids, old_paths })
    }

    /// What differs from an earlier state, in the order of the fields.
    pub fn differences_from(&self, before: &Self) -> Vec<Difference> {
        let mut found = Vec::new();
        compare("", Some(&before.to_value()), Some(&self.to_value()), &mut found);
        found
    }
}

fn compare(path: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    let difference = || Difference { path: path.to_owned(), before: before.cloned(), after: after.cloned() };
    match (before.and_then(fields), after.and_then(fields)) {
        _ if before == after => {}
        (Some(old), Some(new)) if in_same_order(before, &old, &new) => {
            let added = new.iter().filter(|(name, _)| value_of(&old, name).is_none());
            for (name, _) in old.iter().chain(added) {
                compare(&join(path, name), value_of(&old, name), value_of(&new, name), found);
            }
        }
        _ => found.push(difference()),
    }
}

type Fields<'a> = Vec<(String, &'a Value)>;

/// The parts of a value that have names: fields, and items with a `_key`.
fn fields(value: &Value) -> Option<Fields<'_>> {
    match value {
        Value::Object(map) => Some(map.iter().map(|(name, value)| (name.clone(), value)).collect()),
        Value::Array(items) => {
            items.iter().map(|item| Some((format!("[{}]", item.get("_key")?.as_str()?), item))).collect()
        }
        _ => None,
    }
}

fn value_of<'a>(fields: &Fields<'a>, name: &str) -> Option<&'a Value> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
}

/// Whether the items both lists have follow each other as before; the order of fields means nothing.
fn in_same_order(list: Option<&Value>, old: &Fields<'_>, new: &Fields<'_>) -> bool {
    let common = |one: &Fields<'_>, other: &Fields<'_>| -> Vec<String> {
        one.iter().filter(|(name, _)| value_of(other, name).is_some()).map(|(name, _)| name.clone()).collect()
    };
    list.is_none_or(|list| !list.is_array()) || common(old, new) == common(new, old)
}

fn join(path: &str, name: &str) -> String {
    match name.chars().next() {
        _ if path.is_empty() => name.to_owned(),
        None | Some('[') => format!("{path}{name}"),
        Some(_) => format!("{path}.{name}"),
    }
}

fn merged(mut base: Value, patch: &Map<String, Value>) -> Value {
    if let Value::Object(fields) = &mut base {
        fields.extend(patch.clone());
        fields.retain(|_, value| !value.is_null());
    }
    base
}

fn in_order<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort();
    list.dedup();
    list
}

fn slug_of(entry: &Entry, path: &str, text: &Text) -> Result<Slug, DraftError> {
    let title = text.display_title(entry);
    Slug::from_title(title).ok_or_else(|| {
        DraftError::new(join(path, "slug"), format!("`{title}` has no letters to make a slug of; give one"))
    })
}

fn shape_entry(kind: EntryKind, value: Value) -> Result<Entry, DraftError> {
    Entry::from_value(kind, value).map_err(|unfit| DraftError::of("entry", &unfit))
}

fn shape_text(kind: EntryKind, path: &str, value: Value) -> Result<Text, DraftError> {
    Text::from_value(kind, value).map_err(|unfit| DraftError::of(path, &unfit))
}

fn shape<T: DeserializeOwned>(path: &str, value: Value) -> Result<T, DraftError> {
    serde_path_to_error::deserialize(value).map_err(|err| {
        let inner = err.path().to_string();
        let inner = inner.trim_end_matches(['?', '.']);
        DraftError::new(join(path, inner), plain_words(err.inner().to_string()))
    })
}

fn plain(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("content has string keys only")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    fn french(text: Value) -> BTreeMap<Locale, TextPatch> {
        BTreeMap::from([(Locale::parse("fr").unwrap(), TextPatch { text: object(text), ..TextPatch::default() })])
    }

    fn article() -> Draft {
        DraftPatch {
            entry: object(json!({ "kind": "NEWS", "issuedAt": "2025-07-03T10:00:00Z", "urgency": 3 })),
            texts: french(json!({ "headline": "Visite d’État à Ségou", "summary": "En deux mots" })),
            ..DraftPatch::default()
        }
        .apply(EntryKind::Article, None)
        .unwrap()
    }

    #[test]
    fn what_a_patch_omits_stays_and_null_clears() {
        let before = article();
        let patch = DraftPatch {
            entry: object(json!({ "urgency": null })),
            texts: french(json!({ "headline": "Visite à Ségou" })),
            ..DraftPatch::default()
        };
        let after = patch.apply(EntryKind::Article, Some(&before)).unwrap();
        let told: Vec<_> = after.differences_from(&before).into_iter().map(|one| (one.path, one.after)).collect();
        let expected =
            [("entry.urgency".to_owned(), None), ("texts.fr.headline".to_owned(), Some(json!("Visite à Ségou")))];
        assert_eq!(told, expected);
    }

    #[test]
    fn what_a_patch_gives_takes_the_place_of_what_there_was() {
        let give = |place: Value, before: &Draft| {
            let patch = DraftPatch { entry: object(json!({ "place": place })), ..DraftPatch::default() };
            patch.apply(EntryKind::Article, Some(before)).unwrap()
        };
        let before = give(json!({ "name": { "fr": "Bamako", "en": "Bamako" }, "countryCode": "ML" }), &article());
        let after = give(json!({ "name": { "fr": "Dakar" } }), &before);
        assert_eq!(after.entry.to_value()["place"], json!({ "name": { "fr": "Dakar" } }));
    }

    #[test]
    fn a_new_language_gets_a_slug_of_its_title_and_keeps_it() {
        let draft = article();
        let slug = |draft: &Draft| draft.editions.values().next().unwrap().slug.clone().unwrap();
        assert_eq!(slug(&draft).as_str(), "visite-d-etat-a-segou");
        let patch = DraftPatch { texts: french(json!({ "headline": "Autre titre" })), ..DraftPatch::default() };
        assert_eq!(slug(&patch.apply(EntryKind::Article, Some(&draft)).unwrap()), slug(&draft));
    }

    #[test]
    fn mentions_an_edit_leaves_behind_fall_unless_the_patch_gives_its_own() {
        let mention = json!({ "target": "00000000-0000-4000-8000-000000000001", "kind": "institution",
            "role": "SUBJECT", "words": "Ségou", "passage": "headline", "offset": 16, "length": 5 });
        let apply = |draft: &Draft, text: Value| {
            let patch = DraftPatch { texts: french(text), ..DraftPatch::default() };
            patch.apply(EntryKind::Article, Some(draft)).unwrap()
        };
        let count = |draft: Draft| draft.to_value()["texts"]["fr"]["mentions"].as_array().map_or(0, Vec::len);
        let before = apply(&article(), json!({ "mentions": [mention.clone()] }));
        assert_eq!(count(apply(&before, json!({ "headline": "Visite d’État à Ségou, suite" }))), 1);
        assert_eq!(count(apply(&before, json!({ "headline": "Visite à Ségou" }))), 0);
        assert_eq!(count(apply(&before, json!({ "headline": "Visite", "mentions": [mention] }))), 1);
    }

    #[test]
    fn errors_name_the_field() {
        let refused = |entry: Value, text: Value| {
            DraftPatch { entry: object(entry), texts: french(text), ..DraftPatch::default() }
                .apply(EntryKind::Article, Some(&article()))
                .unwrap_err()
        };
        assert_eq!(refused(json!({ "urgency": 9 }), json!({})).path, "entry.urgency");
        assert_eq!(refused(json!({ "colour": 9 }), json!({})).path, "entry.colour");
        assert_eq!(refused(json!({}), json!({ "headline": "" })).path, "texts.fr.headline");
        assert!(refused(json!({}), json!({ "headline": null })).message.contains("headline"));
    }

    #[test]
    fn a_change_that_cannot_be_made_is_told_without_names_of_types() {
        let told = |entry: Value, text: Value| {
            DraftPatch { entry: object(entry), texts: french(text), ..DraftPatch::default() }
                .apply(EntryKind::Article, Some(&article()))
                .unwrap_err()
                .to_string()
        };
        for (entry, text, message) in [
            (json!({ "urgency": 300 }), json!({}), "entry.urgency: urgency is 1 (most urgent) to 8, not 300"),
            (json!({ "urgency": -1 }), json!({}), "entry.urgency: urgency is 1 (most urgent) to 8, not -1"),
            (json!({ "urgency": "3" }), json!({}), "entry.urgency: here stands the text \"3\"; give a whole number"),
            (json!({ "topics": {} }), json!({}), "entry.topics: here stands an object; give a list"),
            (json!({ "kind": "POEM" }), json!({}), "entry.kind: unknown word `POEM`, expected one of `NEWS`"),
            (json!({}), json!({ "headline": null }), "texts.fr: the field `headline` is missing; add it"),
            (json!({}), json!({ "headline": 7 }), "texts.fr.headline: here stands `7`; give a text"),
        ] {
            let told = told(entry, text);
            assert!(told.starts_with(message), "{told}");
        }
    }

    #[test]
    fn the_json_form_reads_back() {
        let draft = article();
        assert_eq!(Draft::from_value(draft.to_value()).unwrap(), draft);
    }

    #[test]
    fn blocks_are_compared_by_their_key() {
        let block = |key: &str, text: &str| {
            json!({ "_type": "block", "_key": key, "style": "normal", "markDefs": [],
            "children": [{ "_type": "span", "_key": format!("{key}0"), "text": text, "marks": [] }] })
        };
        let with = |blocks: Vec<Value>| {
            let mut draft = article();
            let edition = draft.editions.values_mut().next().unwrap();
            edition.body = serde_json::from_value(Value::Array(blocks)).unwrap();
            draft
        };
        let before = with(vec![block("a", "un"), block("b", "deux")]);
        let paths =
            |after: Draft| -> Vec<String> { after.differences_from(&before).into_iter().map(|one| one.path).collect() };
        let after = with(vec![block("a", "un"), block("c", "entre"), block("b", "trois")]);
        assert_eq!(paths(after), ["texts.fr.body[b].children[b0].text", "texts.fr.body[c]"]);
        assert_eq!(paths(with(vec![block("b", "deux"), block("a", "un")])), ["texts.fr.body"]);
    }
}
