//! Products: which items a partner receives.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{ArticleKind, Entry, EntryId, EntryKind, LinkRole, Locale, Text, Urgency};

/// Which items belong to a product: those that meet each condition of `all`, one at least of `any` where it has some,
/// and none of `none`. Without conditions every item does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductFilter {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[allow(missing_docs)]
    pub all: Vec<Condition>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[allow(missing_docs)]
    pub any: Vec<Condition>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[allow(missing_docs)]
    pub none: Vec<Condition>,
}

/// What an item may be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Condition {
    /// It is of a kind.
    Kind(ItemKind),
    /// It is about an institution or one that belongs to it, is signed by it, or is it.
    Institution(EntryId),
    /// It is about a person, is signed by them, or is that person.
    Person(EntryId),
    /// It is filed under a topic or a narrower one.
    Topic(EntryId),
    /// It is in a language.
    Language(Locale),
    /// Its urgency is this or a more urgent one; items without an urgency count as [`UNMARKED`].
    Urgency(Urgency),
    /// Whether it has an image.
    Image(bool),
}

/// The urgency of items that are given none: the middle of the scale.
pub const UNMARKED: u8 = 5;

/// What an item is: a form of article, any article, or another entry with a document of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ItemKind {
    /// An article of this form.
    Form(ArticleKind),
    /// Any entry of this kind.
    Entry(EntryKind),
}

/// Kinds of entry that partners receive.
pub const ITEM_KINDS: [EntryKind; 4] =
    [EntryKind::Article, EntryKind::Person, EntryKind::Institution, EntryKind::Event];

/// A word that names no kind of item.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not a kind of item; use {}", ItemKind::words().join(", "))]
pub struct UnknownItemKind {
    #[allow(missing_docs)]
    pub word: String,
}

/// Kinds of entry that feeds of changes tell of: items, and pictures that were taken back.
pub const TOLD_KINDS: [EntryKind; 5] =
    [EntryKind::Article, EntryKind::Person, EntryKind::Institution, EntryKind::Event, EntryKind::Asset];

impl ItemKind {
    fn all() -> impl Iterator<Item = Self> {
        ITEM_KINDS.into_iter().map(Self::Entry).chain(ArticleKind::ALL.into_iter().map(Self::Form))
    }

    /// Every word there is for one.
    pub fn words() -> Vec<String> {
        Self::all().map(|kind| kind.to_string()).collect()
    }
}

impl fmt::Display for ItemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(form) => f.write_str(form.as_str()),
            Self::Entry(kind) => f.write_str(&kind.as_str().to_uppercase()),
        }
    }
}

impl FromStr for ItemKind {
    type Err = UnknownItemKind;

    fn from_str(word: &str) -> Result<Self, UnknownItemKind> {
        let unknown = || UnknownItemKind { word: word.to_owned() };
        Self::all().find(|kind| kind.to_string().eq_ignore_ascii_case(word)).ok_or_else(unknown)
    }
}

impl TryFrom<String> for ItemKind {
    type Error = UnknownItemKind;

    fn try_from(word: String) -> Result<Self, UnknownItemKind> {
        word.parse()
    }
}

impl From<ItemKind> for String {
    fn from(kind: ItemKind) -> Self {
        kind.to_string()
    }
}

/// What conditions look at of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    #[allow(missing_docs)]
    pub kind: EntryKind,
    /// Of an article.
    pub form: Option<ArticleKind>,
    #[allow(missing_docs)]
    pub locale: Locale,
    /// Entries it is about, filed under or signed by, the item itself among them; with what these belong to once they are
    /// [widened](Facts::widen).
    pub about: BTreeSet<EntryId>,
    #[allow(missing_docs)]
    pub urgency: Option<Urgency>,
    #[allow(missing_docs)]
    pub has_image: bool,
}

impl Facts {
    /// The facts of an entry in one language, before anything is known of what its topics and institutions belong to.
    pub fn of(id: EntryId, entry: &Entry, locale: &Locale, text: &Text) -> Self {
        const ABOUT: [LinkRole; 4] = [LinkRole::Topic, LinkRole::Mention, LinkRole::Byline, LinkRole::Party];
        let links = entry.links().into_iter().chain(text.links());
        let about = links.filter(|link| ABOUT.contains(&link.role)).map(|link| link.target);
        let (form, urgency, has_image) = match entry {
            Entry::Article(article) => (Some(article.kind), article.urgency, article.lead_image.is_some()),
            Entry::Person(person) => (None, None, person.portrait.is_some()),
            _ => (None, None, false),
        };
        let about = about.chain([id]).collect();
        Self { kind: entry.kind(), form, locale: locale.clone(), about, urgency, has_image }
    }

    /// Takes in what each entry belongs to, as `parent` tells it.
    pub fn widen(&mut self, parent: impl Fn(EntryId) -> Option<EntryId>) {
        for id in self.about.clone() {
            let mut next = parent(id);
            // What is known already has been followed to its end; that ends circles too.
            while let Some(broader) = next.filter(|broader| self.about.insert(*broader)) {
                next = parent(broader);
            }
        }
    }
}

impl Condition {
    /// Whether an item meets it.
    pub fn is_met_by(&self, facts: &Facts) -> bool {
        match self {
            Self::Kind(ItemKind::Form(form)) => facts.form == Some(*form),
            Self::Kind(ItemKind::Entry(kind)) => facts.kind == *kind,
            Self::Institution(id) | Self::Person(id) | Self::Topic(id) => facts.about.contains(id),
            Self::Language(locale) => facts.locale == *locale,
            Self::Urgency(most) => facts.urgency.map_or(UNMARKED, Urgency::get) <= most.get(),
            Self::Image(wanted) => facts.has_image == *wanted,
        }
    }

    /// The entry it names.
    pub fn named(&self) -> Option<(EntryKind, EntryId)> {
        match self {
            Self::Institution(id) => Some((EntryKind::Institution, *id)),
            Self::Person(id) => Some((EntryKind::Person, *id)),
            Self::Topic(id) => Some((EntryKind::Topic, *id)),
            Self::Kind(_) | Self::Language(_) | Self::Urgency(_) | Self::Image(_) => None,
        }
    }
}

impl ProductFilter {
    /// The filter that takes no item.
    pub fn nothing() -> Self {
        let none = ITEM_KINDS.map(|kind| Condition::Kind(ItemKind::Entry(kind)));
        Self { none: none.into(), ..Self::default() }
    }

    /// Whether an item belongs to the product.
    pub fn takes(&self, facts: &Facts) -> bool {
        let is_met = |condition: &Condition| condition.is_met_by(facts);
        self.all.iter().all(is_met)
            && (self.any.is_empty() || self.any.iter().any(is_met))
            && !self.none.iter().any(is_met)
    }

    /// Every condition, wherever it stands.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.all.iter().chain(&self.any).chain(&self.none)
    }

    /// Whether what belongs to it depends on what topics or institutions belong to.
    pub fn has_descendants(&self) -> bool {
        self.conditions().any(|condition| matches!(condition, Condition::Institution(_) | Condition::Topic(_)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> EntryId {
        EntryId(Uuid::from_u128(number))
    }

    fn facts() -> Facts {
        Facts {
            kind: EntryKind::Article,
            form: Some(ArticleKind::Communique),
            locale: Locale::parse("fr").unwrap(),
            about: BTreeSet::from([id(1), id(2)]),
            urgency: None,
            has_image: false,
        }
    }

    fn filter(value: serde_json::Value) -> ProductFilter {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn all_any_and_none_are_judged_together() {
        let takes = |value| filter(value).takes(&facts());
        assert!(takes(json!({})));
        assert!(takes(json!({ "all": [{ "kind": "COMMUNIQUE" }, { "language": "fr" }] })));
        assert!(!takes(json!({ "all": [{ "kind": "COMMUNIQUE" }, { "language": "en" }] })));
        assert!(takes(json!({ "any": [{ "kind": "SPEECH" }, { "kind": "article" }] })));
        assert!(!takes(json!({ "any": [{ "kind": "SPEECH" }, { "kind": "PERSON" }] })));
        assert!(!takes(json!({ "none": [{ "topic": id(2).to_string() }] })));
        assert!(takes(json!({ "all": [{ "topic": id(2).to_string() }], "none": [{ "image": true }] })));
    }

    #[test]
    fn urgency_means_that_or_more_urgent_and_five_where_none_is_given() {
        let meets = |most: i64, urgency: Option<i64>| {
            let urgency = urgency.map(|urgency| Urgency::try_from(urgency).unwrap());
            Condition::Urgency(most.try_into().unwrap()).is_met_by(&Facts { urgency, ..facts() })
        };
        assert!(meets(3, Some(1)) && meets(3, Some(3)) && !meets(3, Some(4)));
        assert!(!meets(4, None) && meets(5, None));
    }

    #[test]
    fn what_something_belongs_to_counts_and_circles_end() {
        let parent = |one: EntryId| match one.0.as_u128() {
            2 => Some(id(20)),
            20 => Some(id(200)),
            200 => Some(id(2)),
            _ => None,
        };
        let mut wide = facts();
        wide.widen(parent);
        assert_eq!(wide.about, BTreeSet::from([id(1), id(2), id(20), id(200)]));
        let broad = filter(json!({ "all": [{ "institution": id(200).to_string() }] }));
        assert!(broad.takes(&wide) && !broad.takes(&facts()) && broad.has_descendants());
    }

    #[test]
    fn a_filter_is_read_back_as_it_was_written_and_slips_are_named() {
        let written = json!({ "all": [{ "kind": "EVENT" }, { "urgency": 3 }], "none": [{ "image": false }] });
        assert_eq!(serde_json::to_value(filter(written.clone())).unwrap(), written);
        for (slip, told) in [
            (json!({ "all": [{ "kind": "NOVEL" }] }), "use ARTICLE, PERSON, INSTITUTION, EVENT, NEWS"),
            (json!({ "all": [{ "urgency": 9 }] }), "1 (most urgent) to 8"),
            (json!({ "every": [] }), "all"),
            (json!({ "all": [{ "colour": "red" }] }), "topic"),
        ] {
            let refused = serde_json::from_value::<ProductFilter>(slip).unwrap_err().to_string();
            assert!(refused.contains(told), "{refused}");
        }
    }
}
