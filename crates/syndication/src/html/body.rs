//! What a page shows.

use super::{element, escaped};
use crate::item::{Article, Content, Event, Institution, Item, Person, Picture};
use crate::json::local_instant;
use crate::text::{held, post, programme_line, when};
use crate::wording::Wording;

/// The `<body>` of the page of `item`.
pub fn body(item: &Item) -> String {
    let wording = Wording::of(item);
    let content = match &item.content {
        Content::Article(article) => article_markup(wording, article),
        Content::Event(event) => event_markup(wording, event),
        Content::Person(person) => person_markup(person),
        Content::Institution(institution) => institution_markup(institution),
        Content::Withheld | Content::Canceled => element("h1", "", &item.title()),
    };
    format!("<body>\n<main>\n<article>\n{}{content}</article>\n</main>\n</body>\n", embargo(item))
}

/// Whoever holds a page under embargo must see that it is. Other notes to editors are printed nowhere.
fn embargo(item: &Item) -> String {
    let note = item.embargoed_until.and_then(|_| item.editors_note());
    element("p", "editors-note", &note.unwrap_or_default())
}

/// Corrections stand above the text: who reads no further must have seen them.
fn article_markup(wording: Wording<'_>, article: &Article) -> String {
    let mut markup = element("p", "kicker", text_of(&article.kicker));
    markup.push_str(&element("h1", "", &article.headline));
    for correction in &article.corrections {
        markup.push_str(&element("p", "correction", &wording.correction_line(correction)));
    }
    markup.push_str(&dateline(article));
    if !article.byline.is_empty() {
        let names: Vec<&str> = article.byline.iter().map(|byline| byline.name.as_str()).collect();
        markup.push_str(&element("p", "byline", &format!("{} {}", wording.by(), names.join(", "))));
    }
    markup.push_str(&element("p", "summary", text_of(&article.summary)));
    markup.extend(article.pictures.iter().map(figure));
    markup.push_str(&prose(&article.html));
    markup.push_str(&element("footer", "rights", text_of(&article.rights)));
    markup
}

fn dateline(article: &Article) -> String {
    let place = article.place.as_ref().map(|place| format!("{}, ", escaped(&place.name))).unwrap_or_default();
    let at = article.issued_at;
    let (machine, day) = (local_instant(at), at.date_naive());
    format!("<p class=\"dateline\">{place}<time datetime=\"{machine}\">{day}</time></p>\n")
}

fn event_markup(wording: Wording<'_>, event: &Event) -> String {
    let mut markup = element("h1", "", &event.name);
    markup.push_str(&element("p", "disruption", wording.disruption(event.state).unwrap_or_default()));
    markup.push_str(&element("p", "time", &when(&event.time)));
    if let Some(place) = &event.place {
        markup.push_str(&element("p", "place", &place.name));
        markup.push_str(&element("p", "address", text_of(&place.address)));
    }
    markup.push_str(&list("organisers", event.organisers.iter().map(|organiser| organiser.name.clone())));
    markup.push_str(&prose(&event.html));
    if !event.programme.is_empty() {
        markup.push_str(&element("h2", "", wording.programme()));
        markup.push_str(&list("programme", event.programme.iter().map(programme_line)));
    }
    markup
}

fn person_markup(person: &Person) -> String {
    let honorifics = person.rank.iter().chain(&person.honorific).map(String::as_str);
    let name = honorifics.chain([person.name.as_str()]).collect::<Vec<_>>().join(" ");
    let mut markup = element("h1", "", &name);
    markup.push_str(&element("p", "known-as", text_of(&person.known_as)));
    markup.extend(person.portrait.iter().map(figure));
    markup.push_str(&prose(&person.html));
    markup.push_str(&list("ranks", person.ranks.iter().map(held)));
    markup.push_str(&list("posts", person.posts.iter().map(post)));
    markup
}

fn institution_markup(institution: &Institution) -> String {
    let Institution { address, email, telephone, website, .. } = institution;
    let mut markup = element("h1", "", &institution.name);
    markup.push_str(&element("p", "acronym", text_of(&institution.acronym)));
    markup.push_str(&element("p", "parent", institution.parent.as_ref().map_or("", |parent| &parent.name)));
    markup.push_str(&prose(&institution.html));
    markup.push_str(&list("past-names", institution.past_names.iter().map(held)));
    markup.push_str(&list("contact", [address, email, telephone, website].into_iter().flatten().cloned()));
    markup
}

fn figure(picture: &Picture) -> String {
    let size =
        picture.size.map(|(width, height)| format!(" width=\"{width}\" height=\"{height}\"")).unwrap_or_default();
    let (url, alt) = (escaped(&picture.url), escaped(text_of(&picture.alt)));
    let caption = [&picture.caption, &picture.credit].into_iter().flatten().cloned().collect::<Vec<_>>().join(" — ");
    let caption = element("figcaption", "", &caption);
    format!("<figure>\n<img src=\"{url}\" alt=\"{alt}\"{size}>\n{caption}</figure>\n")
}

/// HTML that was cleaned when it was written; nothing in it is to be escaped again.
fn prose(html: &str) -> String {
    if html.is_empty() { String::new() } else { format!("<div class=\"body\">{html}</div>\n") }
}

fn list(class: &str, lines: impl Iterator<Item = String>) -> String {
    let items: String = lines.map(|line| element("li", "", &line)).collect();
    if items.is_empty() { items } else { format!("<ul class=\"{class}\">\n{items}</ul>\n") }
}

fn text_of(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}
