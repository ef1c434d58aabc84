//! References: where a line may name another entry, and how.

use std::str::FromStr;

use griot_domain::{EntryId, EntryKind, Slug};
use serde_json::Value;

use super::line::{Fault, Line};

/// What a field refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// Where it stands: keys parted by `.`, `[]` behind a key for every item of its list.
    pub path: &'static str,
    /// Kinds it may refer to; with one kind, a slug alone will do.
    pub kinds: &'static [EntryKind],
}

/// A reference as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Reference {
    Id(EntryId),
    Slug(EntryKind, Slug),
    /// An asset by the address of its original.
    Address(String),
}

use EntryKind::{Appointment, Article, Asset, Event, Institution, Person, Topic};

const fn field(path: &'static str, kinds: &'static [EntryKind]) -> Field {
    Field { path, kinds }
}

/// The fields of an `entry` that refer to others.
pub(super) fn entry_fields(kind: EntryKind) -> &'static [Field] {
    match kind {
        Article => {
            const {
                &[
                    field("byline[].entry", &[Person, Institution]),
                    field("leadImage.asset", &[Asset]),
                    field("topics[]", &[Topic]),
                    field("attachments[]", &[Asset]),
                    field("related[]", &[Article]),
                ]
            }
        }
        Person => const { &[field("portrait", &[Asset])] },
        Institution => const { &[field("parent", &[Institution])] },
        Event => {
            const {
                &[
                    field("partOf", &[Event]),
                    field("organisers[]", &[Person, Institution]),
                    field("participants[].entry", &[Person, Institution]),
                ]
            }
        }
        Topic => const { &[field("parent", &[Topic])] },
        Asset => &[],
        Appointment => const { &[field("person", &[Person]), field("institution", &[Institution])] },
    }
}

/// The fields of a text, body included, that refer to others.
pub(super) const TEXT_FIELDS: &[Field] = &[
    field("mentions[].target", &[Person, Institution, Event]),
    field("body[].markDefs[]._ref", &[Article, Person, Institution, Event, Topic]),
    field("body[].asset", &[Asset]),
    field("body[].items[].asset", &[Asset]),
];

impl Reference {
    /// Reads a reference to one of `kinds`.
    fn parse(raw: &str, kinds: &[EntryKind]) -> Result<Self, String> {
        if let Ok(id) = EntryId::from_str(raw) {
            return Ok(Self::Id(id));
        }
        if kinds == [Asset] {
            return match raw.contains("://") {
                true => Ok(Self::Address(raw.to_owned())),
                false => Err(format!("`{raw}` is no asset: give its content id, or the address of its original")),
            };
        }
        let (kind, slug) = match (raw.split_once('/'), kinds) {
            (Some((kind, slug)), _) => (EntryKind::from_str(kind).map_err(|err| err.to_string())?, slug),
            (None, [kind]) => (*kind, raw),
            (None, [first, ..]) => {
                return Err(format!("`{raw}` may be of several kinds: write the kind too, such as `{first}/{raw}`"));
            }
            (None, []) => return Err(format!("`{raw}` cannot be referred to")),
        };
        if !kinds.contains(&kind) {
            let allowed: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
            return Err(format!("`{raw}` is of kind {kind}, but here stands {}", allowed.join(" or ")));
        }
        Slug::parse(slug).map(|slug| Self::Slug(kind, slug)).map_err(|err| err.to_string())
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Slug(kind, slug) => write!(f, "{kind} `{slug}`"),
            Self::Address(url) => write!(f, "asset `{url}`"),
        }
    }
}

/// What becomes of a reference by name.
pub(super) enum Named {
    /// It stays as it is written.
    Kept,
    /// The content id stands in its place from now on.
    Is(EntryId),
    Unknown,
}

impl Line {
    /// Shows every reference by name to `name` and does as it answers; references by content id stay.
    pub fn references(&mut self, mut name: impl FnMut(&Reference) -> Named) -> Result<(), Fault> {
        let mut visit = |path: &str, value: &mut Value, kinds: &[EntryKind]| {
            let Value::String(raw) = value else {
                let refuse =
                    || Fault::at(path, format!("`{value}` is no reference; give a content id or a slug as a text"));
                return if value.is_null() { Ok(()) } else { Err(refuse()) };
            };
            let reference = Reference::parse(raw, kinds).map_err(|message| Fault::at(path, message))?;
            if matches!(reference, Reference::Id(_)) {
                return Ok(());
            }
            match name(&reference) {
                Named::Kept => {}
                Named::Is(id) => *raw = id.to_string(),
                Named::Unknown => {
                    let message =
                        format!("there is no {reference} in the record or earlier in the file; define it first");
                    return Err(Fault::at(path, message));
                }
            }
            Ok(())
        };
        if let Some(entry) = &mut self.entry {
            for field in entry_fields(self.kind) {
                walk(entry, field.path, &mut "entry".to_owned(), &mut |path, value| visit(path, value, field.kinds))?;
            }
        }
        for (locale, text) in &mut self.texts {
            let mut object = Value::Object(std::mem::take(text));
            let mut prefix = format!("texts.{locale}");
            let walked = TEXT_FIELDS.iter().try_for_each(|field| {
                walk(&mut object, field.path, &mut prefix, &mut |path, value| visit(path, value, field.kinds))
            });
            if let Value::Object(object) = object {
                *text = object;
            }
            walked?;
        }
        Ok(())
    }
}

/// Visits the values at `rest` below `value`, whose own path is `at`.
fn walk(
    value: &mut Value,
    rest: &str,
    at: &mut String,
    visit: &mut impl FnMut(&str, &mut Value) -> Result<(), Fault>,
) -> Result<(), Fault> {
    if rest.is_empty() {
        return visit(at, value);
    }
    let (step, rest) = rest.split_once('.').unwrap_or((rest, ""));
    let length = at.len();
    let (key, is_list) = step.strip_suffix("[]").map_or((step, false), |key| (key, true));
    let Some(inner) = value.get_mut(key) else { return Ok(()) };
    at.push('.');
    at.push_str(key);
    if !is_list {
        walk(inner, rest, at, visit)?;
    } else if let Value::Array(items) = inner {
        for (index, item) in items.iter_mut().enumerate() {
            let length = at.len();
            at.push_str(&format!("[{index}]"));
            walk(item, rest, at, visit)?;
            at.truncate(length);
        }
    }
    at.truncate(length);
    Ok(())
}
