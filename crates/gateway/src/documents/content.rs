//! What an item says, with everything it names as it stood then.

use std::collections::HashMap;
use std::sync::Arc;

use griot_domain::body::HtmlOptions;
use griot_domain::{
    Article, ArticleText, AssetKind, Entry, EntryId, EntryKind, MediaPlacement, MentionRole, Moment, Text,
};
use griot_persistence::Record;
use griot_syndication::item::{
    self, Byline, Content, Correction, NamedPerson, NamedThing, Party, Picture, Place, Reference,
};

use super::subjects;
use crate::graphql::delivery::Loads;
use crate::graphql::delivery::asset::Asset;
use crate::graphql::delivery::error::Answer;
use crate::graphql::delivery::institution::Institution;
use crate::graphql::delivery::person::{styled, titles};
use crate::graphql::delivery::seen::{FromSeen, Seen};

/// What the entry seen says; `None` for kinds that are issued as part of others.
pub(super) async fn of(seen: &Seen, loads: &Loads) -> Answer<Option<Content>> {
    Ok(Some(match (&seen.record.entry, &seen.record.text) {
        (Entry::Article(entry), Text::Article(text)) => {
            Content::Article(Box::new(article(entry, text, seen, loads).await?))
        }
        (Entry::Event(entry), Text::Event(text)) => {
            Content::Event(Box::new(subjects::event(entry, text, seen, loads).await?))
        }
        (Entry::Person(entry), Text::Person(text)) => {
            Content::Person(Box::new(subjects::person(entry, text, seen, loads).await?))
        }
        (Entry::Institution(entry), Text::Institution(text)) => {
            Content::Institution(Box::new(subjects::institution(entry, text, seen, loads).await?))
        }
        _ => return Ok(None),
    }))
}

async fn article(entry: &Article, text: &ArticleText, seen: &Seen, loads: &Loads) -> Answer<item::Article> {
    // People and institutions are named as on its date.
    let seen = Seen { day: entry.issued_on(), ..seen.clone() };
    let body = body(&seen, loads);
    let named = named(entry, text, &seen, loads);
    let (body, named) = futures_util::future::try_join(body, named).await?;
    let mut people = Vec::new();
    let [persons, institutions, events] =
        [EntryKind::Person, EntryKind::Institution, EntryKind::Event].map(|kind| targets(text, kind));
    for record in named.of(&persons) {
        people.push(person(record, text, &seen, loads).await?);
    }
    let institutions = named.of(&institutions).filter_map(|record| {
        let one = Institution::from_seen(seen.beside(record.clone()))?;
        Some(thing(record, one.name_on(seen.day), text, &seen, loads))
    });
    let events = named.of(&events).map(|record| thing(record, record.title(), text, &seen, loads));
    let topics: Vec<EntryId> = entry.topics.iter().map(|id| (*id).into()).collect();
    Ok(item::Article {
        form: entry.kind,
        issued_at: entry.issued_at,
        headline: text.headline.clone(),
        kicker: text.kicker.clone(),
        summary: text.summary.clone(),
        slug: seen.record.slug.as_ref().map(|slug| slug.as_str().to_owned()),
        html: body.html,
        text: body.text,
        words: body.words,
        byline: entry.byline.iter().map(|line| byline(line, &named, &seen, loads)).collect(),
        place: entry.place.as_ref().map(|one| place(one, &seen)),
        urgency: entry.urgency.map(griot_domain::Urgency::get),
        institutions: institutions.collect(),
        events: events.collect(),
        topics: named.of(&topics).map(|record| topic(record, &seen, loads)).collect(),
        pictures: pictures(entry, &named, &seen, loads),
        corrections: entry
            .corrections
            .iter()
            .map(|one| Correction { kind: one.kind, at: one.at, note: seen.pick(&one.note).to_owned() })
            .collect(),
        rights: entry.rights.as_ref().map(|rights| seen.pick(rights).to_owned()),
        people,
    })
}

/// The entries an article names, by id.
struct Named(HashMap<EntryId, Arc<Record>>);

impl Named {
    fn of<'a>(&'a self, ids: &'a [EntryId]) -> impl Iterator<Item = &'a Arc<Record>> {
        ids.iter().filter_map(|id| self.0.get(id))
    }
}

/// All that an article names, read together.
async fn named(entry: &Article, text: &ArticleText, seen: &Seen, loads: &Loads) -> Answer<Named> {
    let mut ids: Vec<EntryId> = text.mentions.iter().map(|mention| mention.target).collect();
    ids.extend(entry.topics.iter().map(|id| EntryId::from(*id)));
    ids.extend(entry.byline.iter().filter_map(|line| line.entry));
    ids.extend(entry.lead_image.as_ref().map(|lead| EntryId::from(lead.asset)));
    ids.extend(entry.attachments.iter().map(|id| EntryId::from(*id)));
    ids.sort_unstable();
    ids.dedup();
    let records = loads.records(&seen.view, &ids).await?;
    let mut named: HashMap<EntryId, Arc<Record>> = records.into_iter().map(|record| (record.id, record)).collect();
    if seen.view.moment != Moment::Now {
        // A picture that was taken back is not shown any more, whatever showed it.
        let pictures: Vec<EntryId> =
            named.values().filter(|record| record.kind == EntryKind::Asset).map(|record| record.id).collect();
        if !pictures.is_empty() {
            let taken_back = loads.store.notices(&pictures).await?;
            named.retain(|id, _| !taken_back.contains_key(id));
        }
    }
    Ok(Named(named))
}

/// The entries of `kind` that the text names, in order of appearance, without repeats.
fn targets(text: &ArticleText, kind: EntryKind) -> Vec<EntryId> {
    let mut ids = Vec::new();
    for mention in text.mentions.iter().filter(|mention| mention.kind == kind) {
        if !ids.contains(&mention.target) {
            ids.push(mention.target);
        }
    }
    ids
}

fn is_subject(text: &ArticleText, id: EntryId) -> bool {
    text.mentions.iter().any(|mention| mention.target == id && mention.role == MentionRole::Subject)
}

async fn person(record: &Arc<Record>, text: &ArticleText, seen: &Seen, loads: &Loads) -> Answer<NamedPerson> {
    let own = seen.beside(record.clone());
    let style = styled(&own, loads, seen.day).await?;
    let titles = titles(&own, loads, seen.day).await?;
    Ok(NamedPerson {
        person: reference(&own, loads),
        name: style.to_string(),
        titles: titles.into_iter().map(|post| post.title).collect(),
        honorific: style.honorific.or(style.rank),
        plain_name: style.name,
        is_subject: is_subject(text, record.id),
    })
}

fn thing(record: &Arc<Record>, name: &str, text: &ArticleText, seen: &Seen, loads: &Loads) -> NamedThing {
    NamedThing {
        thing: reference(&seen.beside(record.clone()), loads),
        name: name.to_owned(),
        is_subject: is_subject(text, record.id),
    }
}

fn byline(line: &griot_domain::Byline, named: &Named, seen: &Seen, loads: &Loads) -> Byline {
    let record = line.entry.and_then(|id| named.0.get(&id));
    Byline {
        name: seen.pick(&line.name).to_owned(),
        entry: record.map(|record| reference(&seen.beside(record.clone()), loads)),
    }
}

fn topic(record: &Arc<Record>, seen: &Seen, loads: &Loads) -> item::Topic {
    let code = match &record.entry {
        Entry::Topic(topic) => topic.media_topic.as_deref(),
        _ => None,
    };
    item::Topic {
        topic: reference(&seen.beside(record.clone()), loads),
        name: record.title().to_owned(),
        media_topic: code.map(|code| code.strip_prefix("medtop:").unwrap_or(code).to_owned()),
    }
}

/// The lead image, then those among the attachments.
fn pictures(entry: &Article, named: &Named, seen: &Seen, loads: &Loads) -> Vec<Picture> {
    let lead = entry.lead_image.iter().map(|lead| (EntryId::from(lead.asset), Some(lead)));
    let attached = entry.attachments.iter().map(|id| (EntryId::from(*id), None));
    let placed = lead
        .chain(attached)
        .filter_map(|(id, placement)| picture(seen.beside(named.0.get(&id)?.clone()), placement, loads));
    placed.collect()
}

/// An asset as it is shown by `placement`; `None` when it is not an image.
pub(super) fn picture(seen: Seen, placement: Option<&MediaPlacement>, loads: &Loads) -> Option<Picture> {
    let asset = Asset::from_seen(seen)?;
    let asset = match placement {
        Some(placement) => asset.placed(placement),
        None => asset,
    };
    let entry = asset.entry();
    if entry.kind != AssetKind::Image {
        return None;
    }
    let file = &entry.file;
    Some(Picture {
        id: asset.seen.record.id,
        url: asset.address(loads),
        mime_type: file.mime_type.clone(),
        size: file.width.zip(file.height),
        bytes: file.byte_size,
        title: asset.own_text().and_then(|text| text.title.clone()),
        alt: asset.alternative(),
        caption: asset.legend(),
        credit: entry.credit.clone(),
        rights: entry.rights.as_ref().map(|rights| asset.seen.pick(rights).to_owned()),
    })
}

/// A body in the forms that documents have.
#[derive(Default)]
pub(super) struct Rendered {
    pub html: String,
    pub text: String,
    pub words: usize,
}

/// The body of what is seen, its links leading to the pages of entries.
pub(super) async fn body(seen: &Seen, loads: &Loads) -> Answer<Rendered> {
    let text = loads.body(seen.record.edition).await?;
    let records = loads.records(&seen.view, text.references()).await?;
    let links: HashMap<EntryId, String> =
        records.into_iter().filter_map(|record| Some((record.id, seen.beside(record).url(loads)?.0))).collect();
    Ok(Rendered {
        html: text.body.html_with(&|id| links.get(&id).cloned(), HtmlOptions::default()),
        text: text.body.plain_text(),
        words: text.body.word_count(),
    })
}

pub(super) fn reference(seen: &Seen, loads: &Loads) -> Reference {
    Reference { id: seen.record.id, kind: seen.record.kind, page: seen.url(loads).map(|url| url.0) }
}

/// Those of `ids` that are live, in their order, each with its role.
pub(super) async fn parties(ids: &[(EntryId, Option<String>)], seen: &Seen, loads: &Loads) -> Answer<Vec<Party>> {
    let wanted: Vec<EntryId> = ids.iter().map(|(id, _)| *id).collect();
    let records = loads.records(&seen.view, &wanted).await?;
    let found = ids.iter().filter_map(|(id, role)| {
        let record = records.iter().find(|record| record.id == *id)?;
        Some(Party {
            entry: reference(&seen.beside(record.clone()), loads),
            name: record.title().to_owned(),
            role: role.clone(),
        })
    });
    Ok(found.collect())
}

pub(super) fn place(place: &griot_domain::Place, seen: &Seen) -> Place {
    Place {
        name: seen.pick(&place.name).to_owned(),
        address: place.address.as_ref().map(|address| seen.pick(address).to_owned()),
        country_code: place.country_code.clone(),
        point: place.point,
    }
}
