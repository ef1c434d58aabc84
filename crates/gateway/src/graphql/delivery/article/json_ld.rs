//! schema.org JSON-LD for an article's page.

use griot_domain::{CorrectionLd, EntryKind, ImageLd, MentionRole, NewsArticleLd, Style, ThingLd};

use super::Article;
use crate::graphql::delivery::asset::Asset;
use crate::graphql::delivery::error::Answer;
use crate::graphql::delivery::event::Event;
use crate::graphql::delivery::institution::Institution;
use crate::graphql::delivery::loads::Loads;
use crate::graphql::delivery::person::{Person, styled};
use crate::graphql::delivery::scalar::{Json, Written};
use crate::graphql::delivery::seen::{FromSeen, Seen};
use crate::graphql::delivery::topic::Topic;

/// A person as named on the article's date.
struct Named {
    person: Person,
    style: Style,
    url: Option<String>,
}

pub(super) async fn of_article(article: &Article, seen: &Seen, loads: &Loads) -> Answer<Written<Json>> {
    let entry = article.article();
    let mut ids = article.named(EntryKind::Person);
    ids.extend(article.named(EntryKind::Institution));
    ids.extend(article.named(EntryKind::Event));
    ids.extend(article.topic_ids());
    ids.extend(entry.lead_image.as_ref().map(|lead| griot_domain::EntryId::from(lead.asset)));
    // One level: everything the page names is read together.
    let records = loads.records(&seen.view, &ids).await?;
    let seens = || records.iter().map(|record| seen.beside(record.clone()));
    let url_of = |seen: &Seen| seen.url(loads).map(|url| url.0);

    let mut people = Vec::new();
    for person in seens().filter_map(Person::from_seen) {
        let style = styled(&person.seen, loads, seen.day).await?;
        people.push(Named { style, url: url_of(&person.seen), person });
    }
    let institutions: Vec<(Institution, Option<String>)> =
        seens().filter_map(Institution::from_seen).map(|one| (one.clone(), url_of(&one.seen))).collect();
    let events: Vec<(Event, Option<String>)> =
        seens().filter_map(Event::from_seen).map(|one| (one.clone(), url_of(&one.seen))).collect();
    let images: Vec<Asset> = seens().filter_map(Asset::from_seen).collect();
    let topics: Vec<Topic> = seens().filter_map(Topic::from_seen).collect();

    let is_subject =
        |id| article.namings().iter().any(|mention| mention.target == id && mention.role == MentionRole::Subject);
    let (mut about, mut mentions) = (Vec::new(), Vec::new());
    let mut name = |id, thing| if is_subject(id) { about.push(thing) } else { mentions.push(thing) };
    for one in &people {
        name(one.person.seen.record.id, person_ld(one));
    }
    for (one, url) in &institutions {
        let thing = ThingLd::Organization { name: one.name_on(seen.day), url: url.as_deref(), acronym: None };
        name(one.seen.record.id, thing);
    }
    for (one, url) in &events {
        name(one.seen.record.id, one.ld(url.as_deref()));
    }
    let authors = entry.byline.iter();
    let words = article.words();
    let url = url_of(seen).unwrap_or_default();
    Written::of(&NewsArticleLd {
        kind: entry.kind,
        url: &url,
        headline: &words.headline,
        summary: words.summary.as_deref(),
        locale: &seen.record.locale,
        issued_at: entry.issued_at,
        modified_at: Some(seen.record.updated_at),
        place: entry.place.as_ref().map(|place| seen.pick(&place.name)),
        images: images.iter().map(|image| image_ld(image)).collect(),
        authors: authors
            .map(|line| ThingLd::Organization { name: seen.pick(&line.name), url: None, acronym: None })
            .collect(),
        publisher: ThingLd::Organization {
            name: seen.pick(&loads.site.publisher),
            url: Some(loads.site.base_url.as_str()),
            acronym: None,
        },
        about,
        mentions,
        keywords: topics.iter().map(|topic| topic.seen.record.title()).collect(),
        word_count: None,
        corrections: entry
            .corrections
            .iter()
            .map(|one| CorrectionLd { kind: one.kind, at: one.at, note: seen.pick(&one.note) })
            .collect(),
    })
}

fn person_ld(one: &Named) -> ThingLd<'_> {
    ThingLd::Person {
        name: &one.style.name,
        url: one.url.as_deref(),
        honorific: one.style.honorific.as_deref().or(one.style.rank.as_deref()),
        job_title: one.style.title.as_deref(),
    }
}

fn image_ld(image: &Asset) -> ImageLd<'_> {
    let entry = image.entry();
    ImageLd {
        url: &entry.url,
        caption: None,
        credit: entry.credit.as_deref(),
        size: entry.file.width.zip(entry.file.height),
    }
}
