//! Articles: what a `newsItem` says of its content, and the content.

use griot_domain::ArticleKind;

use super::parts::{entry, issuer, name, place, schema_org, timestamp};
use super::xhtml;
use super::xml::Element;
use crate::item::{Article, Byline, Correction, Item, NamedPerson, NamedThing, Reference, Signal, Topic};

pub(super) fn complete(root: Element, item: &Item, article: &Article) -> Element {
    root.child(content_meta(item, article)).child(content_set(item, article))
}

/// In the order the schema asks for: of the making first, then of the content.
fn content_meta(item: &Item, article: &Article) -> Element {
    let is_changed = item.signal != Signal::New;
    let line = |element| move |text: &String| Element::of_line(element, text);
    Element::new("contentMeta")
        .children(article.urgency.map(|urgency| Element::of_text("urgency", &urgency.to_string())))
        .child(Element::of_text("contentCreated", &timestamp(article.issued_at)))
        .children(is_changed.then(|| Element::of_text("contentModified", &timestamp(item.version_created))))
        .children(article.place.as_ref().map(|at| place("located", at)))
        .child(issuer("infoSource", &item.issuer))
        .children(article.byline.iter().map(|byline| creator(byline, item)))
        .child(Element::new("language").with("tag", item.locale.as_str()))
        .children(genre(article.form).map(|code| Element::of_code("genre", code)))
        .children(subjects(item, article))
        .children(article.slug.as_ref().map(line("slugline")))
        .child(Element::of_line("headline", &article.headline))
        .children(article.kicker.as_ref().map(line("headline")).map(kicker))
        .children(by(&article.byline))
        .children(
            article.summary.as_ref().map(|text| Element::of_text("description", text).with("role", "drol:summary")),
        )
        .children(article.corrections.iter().map(correction))
}

fn kicker(headline: Element) -> Element {
    headline.with("roleuri", schema_org("alternativeHeadline"))
}

fn creator(byline: &Byline, item: &Item) -> Element {
    match &byline.entry {
        Some(signatory) => entry("creator", signatory, &byline.name, &item.issuer),
        None => Element::new("creator").child(name(&byline.name)),
    }
}

/// The line to print.
fn by(byline: &[Byline]) -> Option<Element> {
    let names: Vec<&str> = byline.iter().map(|byline| byline.name.as_str()).collect();
    (!names.is_empty()).then(|| Element::of_line("by", &names.join(", ")))
}

/// News and pages have no genre of their own.
fn genre(form: ArticleKind) -> Option<&'static str> {
    match form {
        ArticleKind::News | ArticleKind::Page => None,
        ArticleKind::Communique => Some("genre:Press_Release"),
        ArticleKind::Speech => Some("genre:Transcript_and_Verbatim"),
        ArticleKind::Interview => Some("genre:Interview"),
        ArticleKind::Advisory => Some("genre:Advisory"),
    }
}

fn subjects(item: &Item, article: &Article) -> impl Iterator<Item = Element> {
    let topics = article.topics.iter().zip(1..).map(|(of, rank)| topic(of, rank, item));
    let people = article.people.iter().map(|person| self::person(person, item));
    let things = article.institutions.iter().chain(&article.events).map(|of| thing(of, item));
    topics.chain(people).chain(things)
}

/// By its Media Topic where it has one, else by its address; both where there are both.
fn topic(topic: &Topic, rank: u32, item: &Item) -> Element {
    let Some(digits) = &topic.media_topic else {
        return entry("subject", &topic.topic, &topic.name, &item.issuer).with("rank", rank.to_string());
    };
    Element::of_code("subject", &format!("medtop:{digits}"))
        .with("type", "cpnat:abstract")
        .with("rank", rank.to_string())
        .child(name(&topic.name))
        .child(Element::new("sameAs").with("uri", topic.topic.uri(&item.issuer)))
}

/// As named in print on the article's date, and by the name alone.
fn person(person: &NamedPerson, item: &Item) -> Element {
    let NamedPerson { person: reference, name: shown, plain_name, is_subject, .. } = person;
    named(reference, shown, *is_subject, item).child(name(plain_name).with("role", "nrol:full"))
}

fn thing(thing: &NamedThing, item: &Item) -> Element {
    named(&thing.thing, &thing.name, thing.is_subject, item)
}

/// What the headline names is what the article is about; of the rest, nobody has weighed how much it is.
fn named(reference: &Reference, shown: &str, is_subject: bool, item: &Item) -> Element {
    entry("subject", reference, shown, &item.issuer).with_some("relevance", is_subject.then_some("100"))
}

/// What readers are told of a change, and when it was made.
fn correction(correction: &Correction) -> Element {
    Element::of_text("description", &correction.note)
        .with("role", format!("sig:{}", correction.iptc_code()))
        .with("modified", timestamp(correction.at))
}

fn content_set(item: &Item, article: &Article) -> Element {
    let body = Element::new("inlineXML")
        .with("contenttype", "application/xhtml+xml")
        .with("wordcount", article.words.to_string())
        .with("charcount", article.text.chars().count().to_string())
        .child(xhtml::page(item, article));
    Element::new("contentSet").child(body)
}
