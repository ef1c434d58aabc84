//! From the record to one version of one item.

use std::collections::BTreeSet;

use futures_util::future::try_join;
use griot_domain::{EntryId, Locale, LocaleChain, Moment, RetractionAct, View};
use griot_persistence::{Notice, Record, Trace, Version};
use griot_syndication::item::{Content, Correction, Issuer, Item, Signal, Translation};
use url::Position;

use super::content;
use crate::graphql::delivery::Loads;
use crate::graphql::delivery::error::Answer;
use crate::graphql::delivery::seen::{Seen, page_url};
use crate::graphql::delivery::shared_view::SharedView;
use crate::graphql::delivery::view::view;

/// What is asked for: an entry, in a language or the site's own order of languages, in a version or the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub id: EntryId,
    pub locale: Option<Locale>,
    pub version: Option<u32>,
}

/// What is there.
#[derive(Debug)]
pub(crate) enum Found {
    /// The version asked for, and the number of the one before it.
    Item(Box<Item>, Option<u32>),
    /// It was taken back: what stands in the place of every version.
    Gone(Box<Item>),
    /// There is no such entry, language or version.
    Nothing,
}

impl Asked {
    /// The address that leads here, without its ending.
    pub fn name(&self) -> String {
        let locale = self.locale.as_ref().map(|locale| format!("-{locale}")).unwrap_or_default();
        let version = self.version.map(|number| format!("/versions/{number}")).unwrap_or_default();
        format!("/v1/items/{}{locale}{version}", self.id)
    }

    pub async fn find(&self, loads: &Loads) -> Answer<Found> {
        let mut traces = loads.store.traces(&[self.id]).await?;
        let trace = traces.remove(&self.id);
        let view = view_in(self.locale.as_ref(), loads);
        let Some(record) = loads.record(&view, self.id).await? else {
            let Some(trace) = trace else { return Ok(Found::Nothing) };
            let gone = taken_back(self.id, self.locale.as_ref(), &trace, &view, loads).await?;
            let had = gone.filter(|item| self.version.is_none_or(|number| (1..=item.version).contains(&number)));
            return Ok(had.map_or(Found::Nothing, |item| Found::Gone(Box::new(item))));
        };
        let day = record.updated_at.date_naive();
        let seen = Seen { record, view, day };
        let item = version_of(&seen, self.version, trace.as_ref(), loads).await?;
        Ok(item.map_or(Found::Nothing, |(item, predecessor)| Found::Item(Box::new(item), predecessor)))
    }
}

/// The view of items in a language and no other; without one, in that of the site or what stands for it.
pub(crate) fn view_in(locale: Option<&Locale>, loads: &Loads) -> SharedView {
    match locale {
        None => loads.views.share(view(None, None, None, loads)),
        Some(locale) => only_in(locale, Moment::Now),
    }
}

fn only_in(locale: &Locale, moment: Moment) -> SharedView {
    View { moment, locales: LocaleChain { locales: vec![locale.clone()], or_any: false } }.into()
}

/// A version of what is seen, the last one when none is named, with all it names as it could be read when the version was
/// issued, so that what is published later changes nothing in it. `None` when there is no such version, or no form for the
/// kind.
async fn version_of(
    seen: &Seen,
    number: Option<u32>,
    trace: Option<&Trace>,
    loads: &Loads,
) -> Answer<Option<(Item, Option<u32>)>> {
    let record = &seen.record;
    let versions = loads.versions(&seen.view, record.id, &record.locale).await?;
    let version = match number {
        None => versions.last(),
        Some(number) => versions.iter().find(|version| version.number == number),
    };
    if version.is_none() && number.is_some() {
        return Ok(None);
    }
    let live_from = version.map_or(record.updated_at, |version| version.live_from);
    let live_to = version.and_then(|version| version.live_to);
    let issued = trace.map_or(live_from, |trace| trace.issued(live_from));
    // Of history that was brought in later, what was issued may have been over by then.
    let at = if live_to.is_some_and(|over| over <= issued) { live_from } else { issued };
    let record = loads.record(&only_in(&record.locale, Moment::AsOf(at)), record.id).await?;
    let Some(record) = record else { return Ok(None) };
    let then = view(Some(record.locale.clone()), None, Some(issued), loads).into();
    let seen = Seen { record, view: then, day: live_from.date_naive() };
    let Some(content) = content::of(&seen, loads).await? else { return Ok(None) };
    let this = version.map_or(1, |version| version.number);
    let predecessor = versions.iter().rev().map(|version| version.number).find(|number| *number < this);
    Ok(Some((item(&seen, version, trace, content, loads), predecessor)))
}

/// The last version of what is seen, with all it names as it is now: for feeds, which are of the present.
pub(super) async fn current(seen: &Seen, trace: Option<&Trace>, loads: &Loads) -> Answer<Option<Item>> {
    let record = &seen.record;
    let versions = loads.versions(&seen.view, record.id, &record.locale);
    let (versions, content) = try_join(versions, content::of(seen, loads)).await?;
    Ok(content.map(|content| item(seen, versions.last(), trace, content, loads)))
}

/// The item that is seen, in a version of it.
pub(super) fn item(
    seen: &Seen,
    version: Option<&Version>,
    trace: Option<&Trace>,
    content: Content,
    loads: &Loads,
) -> Item {
    let record = &*seen.record;
    let first_created = trace.map_or(record.since, Trace::first_live);
    let version_created = version.map_or(record.updated_at, |version| version.live_from);
    Item {
        id: record.id,
        kind: record.kind,
        locale: record.locale.clone(),
        issued_on: first_created.date_naive(),
        version: version.map_or(1, |version| version.number),
        signal: signal(seen, version),
        first_created,
        version_created,
        // Documents are of what is public.
        embargoed_until: None,
        is_drill: false,
        page: seen.url(loads).map(|url| url.0),
        translations: translations(record, loads),
        issuer: issuer(&seen.view, loads),
        content,
    }
}

fn signal(seen: &Seen, version: Option<&Version>) -> Signal {
    let Some(version) = version.filter(|version| version.number > 1) else { return Signal::New };
    let Some(newest) = version.corrections.last() else { return Signal::Update };
    Signal::Correction(Correction { kind: newest.kind, at: newest.at, note: seen.pick(&newest.note).to_owned() })
}

/// The other languages of an entry.
pub(super) fn translations(record: &Record, loads: &Loads) -> Vec<Translation> {
    let others = record.alternates.iter().map(|other| Translation {
        locale: other.locale.clone(),
        title: other.title.clone(),
        page: page_url(loads, record.kind, &other.locale, other.slug.as_ref()).map(|url| url.0),
    });
    others.collect()
}

/// The office, as items read in `view` name it.
pub(crate) fn issuer(view: &View, loads: &Loads) -> Issuer {
    let site = &loads.site;
    Issuer {
        name: site.publisher.pick(&view.locales.locales).to_owned(),
        site: site.base_url.as_str().trim_end_matches('/').to_owned(),
        host: site.base_url.host_str().unwrap_or(&site.base_url[Position::BeforeHost..Position::AfterHost]).to_owned(),
        base: loads.public_url.clone(),
    }
}

/// What is told of an entry that was taken back, in the language asked for or else the first it had; `None` when it was not,
/// or never was in that language.
pub(super) async fn taken_back(
    id: EntryId,
    locale: Option<&Locale>,
    trace: &Trace,
    view: &SharedView,
    loads: &Loads,
) -> Answer<Option<Item>> {
    let had = locales(trace, loads);
    let wanted = match locale {
        Some(locale) => had.contains(locale).then_some(locale),
        None => view.locales.locales.iter().find(|one| had.contains(*one)).or(had.first()),
    };
    match wanted {
        Some(locale) => gone_in(id, locale, trace, view, loads).await,
        None => Ok(None),
    }
}

/// The same in a language that it is known to have had, even where no address says so any more.
pub(super) async fn gone_in(
    id: EntryId,
    locale: &Locale,
    trace: &Trace,
    view: &SharedView,
    loads: &Loads,
) -> Answer<Option<Item>> {
    let known = loads.versions(view, id, locale).await?;
    if let Some(notice) = loads.store.notice(Moment::Now, id).await? {
        return Ok(Some(stub(&notice, locale, trace, &known, loads)));
    }
    // Where one language ends, readers are told nothing of it; whoever has the item is.
    let ended = known.last().and_then(|last| Some((last.number + 1, last.live_to?)));
    Ok(ended.map(|(version, at)| {
        let notice = Notice { id, kind: trace.kind, act: RetractionAct::Withdrawn, at, reason: None, successor: None };
        Item { version, ..stub(&notice, locale, trace, &known, loads) }
    }))
}

/// The languages an entry had. Where others have all of its addresses by now, they are not known any more: that of the site
/// stands for them.
pub(crate) fn locales(trace: &Trace, loads: &Loads) -> BTreeSet<Locale> {
    match trace.locales.is_empty() {
        true => BTreeSet::from([loads.site.default_locale.clone()]),
        false => trace.locales.clone(),
    }
}

/// What stands for an item that was taken back. Of a killed one nothing is left but that it was.
pub(super) fn stub(notice: &Notice, locale: &Locale, trace: &Trace, known: &[Version], loads: &Loads) -> Item {
    let acts = u32::try_from(trace.acts.len()).unwrap_or(u32::MAX);
    let (content, version) = match notice.act {
        RetractionAct::Withdrawn => (Content::Withheld, known.last().map_or(acts, |last| last.number + 1)),
        RetractionAct::Killed => (Content::Canceled, acts),
    };
    let view = view_in(Some(locale), loads);
    Item {
        id: notice.id,
        kind: notice.kind,
        locale: locale.clone(),
        issued_on: trace.first_live().date_naive(),
        version,
        signal: Signal::Retraction(notice.reason.clone()),
        first_created: trace.first_live(),
        version_created: notice.at,
        embargoed_until: None,
        is_drill: false,
        page: None,
        translations: Vec::new(),
        issuer: issuer(&view, loads),
        content,
    }
}
