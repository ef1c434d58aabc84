//! Articles, communiqués, speeches and the like.

use griot_domain::{ArticleKind, CorrectionKind};
use serde_json::{Value, json};

use super::{NEWSCODES, association, bodies, named, originator, page, part, place, rights};
use crate::item::{Article, Byline, Correction, DRILL_PROFILE, Item, NamedThing, Topic};
use crate::json::object;
use crate::policy::Policy;
use crate::relation::Relation;

pub fn fields(item: &Item, article: &Article) -> Value {
    object([
        ("profile", json!(if item.is_drill { DRILL_PROFILE } else { profile(article.form) })),
        ("contentCreated", json!(crate::json::local_instant(article.issued_at))),
        ("urgency", json!(article.urgency)),
        ("copyrightHolder", json!(item.issuer.name)),
        ("usageTerms", json!(article.rights)),
        ("rightsInfo", rights(Policy::of(item), &item.issuer)),
        ("title", json!(article.headline)),
        ("slugline", json!(article.slug)),
        ("headlines", headlines(article)),
        ("descriptions", descriptions(item, article)),
        ("bodies", bodies(&article.html, &article.text, article.words)),
        ("by", by(article)),
        ("located", json!(article.place.as_ref().map(|place| &place.name))),
        ("places", article.place.iter().map(place).collect()),
        ("people", people(item, article)),
        ("organisations", article.institutions.iter().map(|thing| thing_named(item, thing)).collect()),
        ("events", article.events.iter().map(|thing| thing_named(item, thing)).collect()),
        ("subjects", article.topics.iter().flat_map(|topic| subjects(item, topic)).collect()),
        (
            "genres",
            genre(article.form).map_or(Value::Null, |code| json!([{ "uri": format!("{NEWSCODES}/genre/{code}") }])),
        ),
        ("infoSources", sources(item, article)),
        ("renditions", page(item.page.as_deref())),
        ("associations", associations(item, article)),
    ])
}

fn profile(form: ArticleKind) -> &'static str {
    match form {
        ArticleKind::News => "article",
        ArticleKind::Communique => "communique",
        ArticleKind::Speech => "discours",
        ArticleKind::Interview => "interview",
        ArticleKind::Advisory => "avis",
        ArticleKind::Page => "page",
    }
}

/// The IPTC's genre, where one says no more than is known.
fn genre(form: ArticleKind) -> Option<&'static str> {
    match form {
        ArticleKind::Communique => Some("Press_Release"),
        ArticleKind::Speech => Some("Transcript_and_Verbatim"),
        ArticleKind::Interview => Some("Interview"),
        ArticleKind::Advisory => Some("Advisory"),
        ArticleKind::News | ArticleKind::Page => None,
    }
}

fn headlines(article: &Article) -> Value {
    let kicker = article.kicker.iter().map(|kicker| part("kicker", kicker));
    std::iter::once(part("main", &article.headline)).chain(kicker).collect()
}

/// The summary, then all that readers are told was wrong or is new.
fn descriptions(item: &Item, article: &Article) -> Value {
    let summary = article.summary.iter().map(|summary| part("summary", summary));
    let corrections = article.corrections.iter().map(|Correction { kind, note, .. }| {
        let role = match kind {
            CorrectionKind::Correction => format!("{NEWSCODES}/signal/correction"),
            CorrectionKind::Update => format!("{NEWSCODES}/signal/update"),
            CorrectionKind::Clarification => Relation::Clarification.address(&item.issuer),
            CorrectionKind::Retraction => Relation::Retraction.address(&item.issuer),
        };
        part(&role, note)
    });
    summary.chain(corrections).collect()
}

fn by(article: &Article) -> Value {
    let names: Vec<&str> = article.byline.iter().map(|byline| byline.name.as_str()).collect();
    if names.is_empty() { Value::Null } else { json!(names.join(", ")) }
}

/// People as they were called on the article's date, rank and all.
fn people(item: &Item, article: &Article) -> Value {
    let people = article.people.iter();
    people
        .map(|named_person| named(item, &named_person.name, &named_person.person, rel(named_person.is_subject)))
        .collect()
}

fn thing_named(item: &Item, thing: &NamedThing) -> Value {
    named(item, &thing.name, &thing.thing, rel(thing.is_subject))
}

/// Whether an item is about someone or something, or names it in passing.
fn rel(is_subject: bool) -> &'static str {
    if is_subject { "about" } else { "mentions" }
}

/// The IPTC's Media Topic, which every receiver can sort by, before the office's own.
fn subjects(item: &Item, topic: &Topic) -> Vec<Value> {
    let subject = |uri: String| json!({ "name": topic.name, "uri": uri, "creator": item.issuer.name });
    let media_topic = topic.media_topic.iter().map(|digits| format!("{NEWSCODES}/mediatopic/{digits}"));
    media_topic.chain([topic.topic.uri(&item.issuer)]).map(subject).collect()
}

/// Who issues it, and of those who sign it the ones the record knows.
fn sources(item: &Item, article: &Article) -> Value {
    let signatories = article.byline.iter().filter_map(|Byline { name, entry }| {
        Some(json!({ "name": name, "role": "author", "uri": entry.as_ref()?.uri(&item.issuer) }))
    });
    std::iter::once(originator(&item.issuer)).chain(signatories).collect()
}

fn associations(item: &Item, article: &Article) -> Value {
    let pictures = article.pictures.iter().map(|picture| association::picture(item, picture));
    pictures.chain(association::translations(item)).collect()
}
