//! What is told of items without their text: which version there is, whether it may be used, and where it is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use futures_util::future::try_join_all;
use griot_domain::{ArticleKind, CorrectionKind, Entry, EntryId, EntryKind, Locale, Urgency};
use griot_persistence::Record;
use griot_syndication::item::{Content, DRILL_PROFILE, Item, Signal, Status};
use serde_json::{Map, Value, json};

use super::form::Form;
use super::item::{gone_in, item, locales, view_in};
use crate::graphql::delivery::Loads;
use crate::graphql::delivery::error::Answer;
use crate::graphql::delivery::seen::Seen;

/// An item in its last version.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Heading {
    /// With no content of its own: what is public has a title, and what was taken back the note of that.
    item: Item,
    title: Option<String>,
    urgency: Option<Urgency>,
    article_kind: Option<ArticleKind>,
}

/// Why an item was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It may come again.
    Withdrawn,
    /// Everywhere, for ever.
    Killed,
}

impl Reason {
    /// The word in feeds.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Withdrawn => "withdrawn",
            Self::Killed => "killed",
        }
    }
}

/// Items, each an entry in a language.
pub(crate) type ItemKey = (EntryId, Locale);

impl Heading {
    fn of_live(item: Item, record: &Record) -> Self {
        let article = match &record.entry {
            Entry::Article(article) => Some(article),
            _ => None,
        };
        Self {
            item,
            title: Some(record.title().to_owned()),
            urgency: article.and_then(|article| article.urgency),
            article_kind: article.map(|article| article.kind),
        }
    }

    /// Of a drill, whose item has its content.
    pub fn of_drill(item: Item) -> Self {
        let title = (item.status() == Status::Usable).then(|| item.title());
        Self { item, title, urgency: None, article_kind: None }
    }

    /// The item, with no content of its own unless it is of a drill.
    pub fn item(&self) -> &Item {
        &self.item
    }

    /// Of what can be read.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    pub fn kind(&self) -> EntryKind {
        self.item.kind
    }

    pub fn version(&self) -> u32 {
        self.item.version
    }

    /// Of an article that can be read and has one.
    pub fn urgency(&self) -> Option<Urgency> {
        self.urgency
    }

    /// Of an article that can be read.
    pub fn article_kind(&self) -> Option<ArticleKind> {
        self.article_kind
    }

    /// Whether it can be read.
    pub fn is_live(&self) -> bool {
        self.title.is_some()
    }

    /// Says that it is under embargo until then, and the next version of what is public already, `version` of which there are.
    pub fn embargo(&mut self, until: DateTime<Utc>, version: u32) {
        embargo(&mut self.item, until, version);
    }

    fn status(&self) -> Status {
        if self.is_live() { Status::Usable } else { self.item.status() }
    }

    /// Why a copy has to go, where it was taken back.
    pub fn reason(&self) -> Option<Reason> {
        match self.status() {
            Status::Usable => None,
            Status::Withheld => Some(Reason::Withdrawn),
            Status::Canceled => Some(Reason::Killed),
        }
    }

    /// Why this version exists, in our words.
    pub fn signal(&self) -> &'static str {
        match (&self.item.signal, self.status()) {
            _ if self.item.is_drill => "drill",
            (_, Status::Withheld) => "withheld",
            (_, Status::Canceled) => "kill",
            (Signal::New, _) => "new",
            (Signal::Correction(correction), _) => match correction.kind {
                CorrectionKind::Correction => "correction",
                CorrectionKind::Clarification => "clarification",
                CorrectionKind::Update => "update",
                CorrectionKind::Retraction => "retraction",
            },
            (Signal::Update | Signal::Retraction(_), _) => "update",
        }
    }

    /// Its address and number alone, as for whoever may not have it any more.
    pub fn identity(&self) -> Map<String, Value> {
        let Item { id, kind, locale, version, .. } = &self.item;
        let mut told = Map::new();
        told.insert("uri".to_owned(), self.item.uri().into());
        told.insert("id".to_owned(), id.to_string().into());
        told.insert("kind".to_owned(), if self.item.is_drill { "drill" } else { kind.as_str() }.into());
        told.insert("language".to_owned(), locale.to_string().into());
        told.insert("version".to_owned(), (*version).into());
        told
    }

    /// All that is told of it; with the address of its statement where what is issued `is_stated`.
    pub fn json(&self, is_stated: bool) -> Map<String, Value> {
        let mut told = self.identity();
        let mut tell = |name: &str, value: Value| told.insert(name.to_owned(), value);
        tell("version_created", json!(self.item.version_created));
        tell("pub_status", self.status().code().into());
        tell("signal", self.signal().into());
        if self.item.is_drill {
            tell("profile", DRILL_PROFILE.into());
        }
        if let Some(title) = &self.title {
            tell("title", title.as_str().into());
        }
        if let Some(note) = self.item.editors_note() {
            tell("ed_note", note.into());
        }
        if let Some(until) = self.item.embargoed_until {
            tell("embargoed_until", json!(until));
        }
        // One version of what was taken back has no document any more, and one under embargo no address of its own yet.
        let is_settled = self.is_live() && self.item.embargoed_until.is_none();
        // What may be said of a picture is in the documents of the items that show it.
        let has_documents = !(self.is_live() && self.item.kind == EntryKind::Asset);
        let address = if is_settled { self.item.version_address() } else { self.item.address() };
        let links = Form::ALL.into_iter().filter(|form| has_documents && form.is_of(&self.item));
        let mut links: Map<String, Value> =
            links.map(|form| (form.name().to_owned(), format!("{address}{}", form.ending()).into())).collect();
        if is_stated && has_documents && self.item.embargoed_until.is_none() {
            links.insert("statement".to_owned(), format!("{}.jws", self.item.version_address()).into());
        }
        tell("links", links.into());
        told
    }
}

/// Says that an item is under embargo until then, and the next version of what is public already.
pub(super) fn embargo(item: &mut Item, until: DateTime<Utc>, version: u32) {
    item.embargoed_until = Some(until);
    item.version = version + 1;
    if version == 0 {
        // What it will be called by when it is public.
        item.issued_on = until.date_naive();
        item.first_created = until;
    } else if item.signal == Signal::New {
        item.signal = Signal::Update;
    }
}

/// The languages that entries have, or had, in order; of those that were ever public.
pub(crate) async fn languages(ids: &[EntryId], loads: &Loads) -> Answer<HashMap<EntryId, BTreeSet<Locale>>> {
    let traces = loads.store.traces(ids).await?;
    Ok(traces.iter().map(|(id, trace)| (*id, locales(trace, loads))).collect())
}

/// The headings of items, in the order of `keys`; `None` for what never was one, and for what is broken in the store: others are
/// not to wait for it.
pub(crate) async fn headings(keys: &[ItemKey], loads: &Loads) -> Answer<Vec<Option<Heading>>> {
    match all_headings(keys, loads).await {
        Err(cause) if cause.is_of_broken_record() => {}
        headings => return headings,
    }
    let mut all = Vec::new();
    for key in keys {
        // What one could not read stays so for whoever reads by the same.
        all.extend(match all_headings(std::slice::from_ref(key), &loads.anew()).await {
            Err(cause) if cause.is_of_broken_record() => {
                tracing::error!(id = %key.0, language = %key.1, ?cause, "an item is told to nobody until it is published again");
                vec![None]
            }
            headings => headings?,
        });
    }
    Ok(all)
}

async fn all_headings(keys: &[ItemKey], loads: &Loads) -> Answer<Vec<Option<Heading>>> {
    let mut by_locale: BTreeMap<&Locale, BTreeSet<EntryId>> = BTreeMap::new();
    for (id, locale) in keys {
        by_locale.entry(locale).or_default().insert(*id);
    }
    let ids: Vec<EntryId> = keys.iter().map(|(id, _)| *id).collect::<BTreeSet<_>>().into_iter().collect();
    let traces = loads.store.traces(&ids).await?;
    let mut known: HashMap<ItemKey, Heading> = HashMap::new();
    for (locale, ids) in by_locale {
        let view = view_in(Some(locale), loads);
        // Pictures are told in one language, whatever their texts are in.
        let is_picture = |id: &EntryId| traces.get(id).is_some_and(|trace| trace.kind == EntryKind::Asset);
        let (pictures, ids): (Vec<EntryId>, Vec<EntryId>) = ids.into_iter().partition(is_picture);
        let any = view_in(None, loads);
        let records = loads.records(&view, &ids).await?.into_iter().map(|record| (record, &view));
        let pictured = loads.records(&any, &pictures).await?.into_iter().map(|record| (record, &any));
        let live: Vec<Seen> = records
            .chain(pictured)
            .map(|(record, view)| Seen { day: record.updated_at.date_naive(), record, view: view.clone() })
            .collect();
        let ids = [ids, pictures].concat();
        let versions = live.iter().map(|seen| loads.versions(&seen.view, seen.record.id, &seen.record.locale));
        for (seen, versions) in live.iter().zip(try_join_all(versions).await?) {
            let id = seen.record.id;
            let item = item(seen, versions.last(), traces.get(&id), Content::Withheld, loads);
            let item = Item { locale: locale.clone(), ..item };
            known.insert((id, locale.clone()), Heading::of_live(item, &seen.record));
        }
        let gone = ids.iter().filter(|id| !known.contains_key(&(**id, locale.clone())));
        let gone = gone.filter_map(|id| Some((*id, traces.get(id)?)));
        let stubs = gone.map(async |(id, trace)| Answer::Ok((id, gone_in(id, locale, trace, &view, loads).await?)));
        for (id, stub) in try_join_all(stubs).await? {
            let heading = stub.map(|item| Heading { item, title: None, urgency: None, article_kind: None });
            known.extend(heading.map(|heading| ((id, locale.clone()), heading)));
        }
    }
    Ok(keys.iter().map(|key| known.get(key).cloned()).collect())
}
