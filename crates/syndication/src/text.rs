//! Items as plain text, for radio, mail and print: lines end with LF, paragraphs are separated by an empty line, and
//! nothing stands before the first or after the last. What form the letters have (NFC) is the caller's matter.

use griot_domain::EventTime;

use crate::item::{Article, Content, Dated, Event, Institution, Item, Person, Place, Post, ProgrammeItem};
use crate::wording::Wording;

/// `item` as a text. An editor's note comes first, where there is one.
pub fn document(item: &Item) -> String {
    let wording = Wording::of(item);
    let mut paragraphs: Vec<String> = wording.editors_note(item).into_iter().collect();
    paragraphs.extend(match &item.content {
        Content::Article(article) => article_paragraphs(wording, article),
        Content::Event(event) => event_paragraphs(wording, event),
        Content::Person(person) => person_paragraphs(person),
        Content::Institution(institution) => institution_paragraphs(institution),
        Content::Withheld | Content::Canceled => Vec::new(),
    });
    let paragraphs = paragraphs.iter().map(|paragraph| with_plain_lines(paragraph));
    paragraphs.filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn with_plain_lines(paragraph: &str) -> String {
    paragraph.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned()
}

fn article_paragraphs(wording: Wording<'_>, article: &Article) -> Vec<String> {
    let mut paragraphs: Vec<String> = article.kicker.iter().cloned().collect();
    paragraphs.push(article.headline.clone());
    paragraphs.push(dateline(article));
    if !article.byline.is_empty() {
        let names: Vec<&str> = article.byline.iter().map(|byline| byline.name.as_str()).collect();
        paragraphs.push(format!("{} {}", wording.by(), names.join(", ")));
    }
    paragraphs.extend(article.summary.clone());
    paragraphs.push(article.text.clone());
    paragraphs.extend(article.corrections.iter().map(|correction| wording.correction_line(correction)));
    paragraphs.extend(article.rights.clone());
    paragraphs
}

/// `Palais de Koulouba, 2023-11-06`: the day as it was at the place.
fn dateline(article: &Article) -> String {
    let day = article.issued_at.date_naive();
    article.place.as_ref().map_or_else(|| day.to_string(), |place| format!("{}, {day}", place.name))
}

fn event_paragraphs(wording: Wording<'_>, event: &Event) -> Vec<String> {
    let names: Vec<&str> = event.organisers.iter().map(|organiser| organiser.name.as_str()).collect();
    let mut paragraphs = vec![event.name.clone(), when(&event.time)];
    paragraphs.extend(event.place.as_ref().map(whereabouts));
    paragraphs.push(names.join(", "));
    paragraphs.push(event.text.clone());
    if !event.programme.is_empty() {
        let lines: Vec<String> = event.programme.iter().map(programme_line).collect();
        paragraphs.push(format!("{}\n{}", wording.programme(), lines.join("\n")));
    }
    paragraphs
}

/// `2024-07-06 17:00 (UTC+01:00) – Clôture (Palais de Koulouba)`.
pub(crate) fn programme_line(ProgrammeItem { name, time, place }: &ProgrammeItem) -> String {
    let place = place.as_ref().map(|place| format!(" ({})", place.name)).unwrap_or_default();
    format!("{} – {name}{place}", when(time))
}

/// `2024-07-06 09:00 – 2024-07-06 18:00 (UTC+01:00)`, or days alone.
pub(crate) fn when(time: &EventTime) -> String {
    match time {
        EventTime::Timed { starts_at, ends_at, .. } => {
            let minute = "%Y-%m-%d %H:%M";
            let end = ends_at.map(|ends_at| format!(" – {}", ends_at.format(minute))).unwrap_or_default();
            format!("{}{end} (UTC{})", starts_at.format(minute), starts_at.offset())
        }
        EventTime::AllDay { starts_on, ends_on, .. } => {
            ends_on.map_or_else(|| starts_on.to_string(), |ends_on| format!("{starts_on} – {ends_on}"))
        }
    }
}

fn whereabouts(place: &Place) -> String {
    place.address.as_ref().map_or_else(|| place.name.clone(), |address| format!("{}, {address}", place.name))
}

fn person_paragraphs(person: &Person) -> Vec<String> {
    let honorifics = person.rank.iter().chain(&person.honorific).map(String::as_str);
    let name = honorifics.chain([person.name.as_str()]).collect::<Vec<_>>().join(" ");
    let mut paragraphs = vec![name];
    paragraphs.extend(person.known_as.clone());
    paragraphs.push(person.text.clone());
    paragraphs.push(person.ranks.iter().map(held).collect::<Vec<_>>().join("\n"));
    paragraphs.push(person.posts.iter().map(post).collect::<Vec<_>>().join("\n"));
    paragraphs
}

/// `Colonel (2016–2024-10-16)`, with as much of the time as is known.
pub(crate) fn held(Dated { name, from, until }: &Dated) -> String {
    let from = from.map(|from| from.to_string()).unwrap_or_default();
    let until = until.map(|until| until.to_string()).unwrap_or_default();
    if from.is_empty() && until.is_empty() { name.clone() } else { format!("{name} ({from}–{until})") }
}

/// `Ministre (2020–2021), Ministère de la Santé`.
pub(crate) fn post(Post { title, institution }: &Post) -> String {
    institution.as_ref().map_or_else(|| held(title), |at| format!("{}, {}", held(title), at.name))
}

fn institution_paragraphs(institution: &Institution) -> Vec<String> {
    let acronym = institution.acronym.as_ref().map(|acronym| format!(" ({acronym})")).unwrap_or_default();
    let Institution { address, email, telephone, website, .. } = institution;
    let contact = [address, email, telephone, website].into_iter().flatten().map(String::as_str);
    vec![
        format!("{}{acronym}", institution.name),
        institution.parent.as_ref().map(|parent| parent.name.clone()).unwrap_or_default(),
        institution.text.clone(),
        institution.past_names.iter().map(held).collect::<Vec<_>>().join("\n"),
        contact.collect::<Vec<_>>().join("\n"),
    ]
}
