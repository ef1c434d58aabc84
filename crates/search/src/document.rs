//! From a live text to a document of the index.

use std::collections::{HashMap, HashSet};

use griot_domain::{ArticleKind, Entry, EntryId, EntryKind, LinkRole, Locale, Text, micros};
use griot_persistence::LiveText;
use tantivy::TantivyDocument;
use tantivy::tokenizer::{PreTokenizedString, Token};

use crate::analysis::{Word, words};
use crate::language::Language;
use crate::schema::{Fields, Mark, UNDATED};

/// A post somebody holds or held: the appointment, and what the post is called in every language.
pub(crate) struct Post {
    pub appointment: EntryId,
    pub titles: Vec<String>,
}

/// What a document is made of beside its own text.
pub(crate) struct Around<'a> {
    /// Every language the entry is public in.
    pub locales: &'a [Locale],
    pub is_original: bool,
    /// Posts of a person.
    pub posts: &'a [Post],
}

/// Points a year is worth, times a hundred: a text ten years younger stands as high as one that has the word in its
/// summary where the other has it in its body.
const POINTS_OF_YEAR: i64 = 300;
/// What has no date, such as a person, stands as high as what was issued in 2025.
const UNDATED_YEARS: i64 = 25;
const YEAR_2000: i64 = 946_684_800_000_000;
const YEAR_MICROS: i64 = 31_557_600_000_000;
/// How often the body has to hold a stem for it to be what the text is about.
const OFTEN: usize = 3;
/// Space between two passages, so that no phrase reaches from one into the next.
const GAP: usize = 8;

/// The document of a text.
pub(crate) fn document(live: &LiveText, around: &Around<'_>, fields: &Fields, stems: &mut Stems) -> TantivyDocument {
    let language = Language::of(&live.locale);
    let parts = Parts::of(live, around.posts);
    let names: Vec<Vec<Word>> = parts.names.iter().map(|text| words(text)).collect();
    let leads: Vec<Vec<Word>> = parts.leads.iter().map(|text| words(text)).collect();
    let body = words(&live.body.plain_text());

    let mut document = TantivyDocument::new();
    let of_names = Unplaced::of(names.iter().flatten(), language, stems);
    let of_leads = Unplaced::of(leads.iter().flatten(), language, stems);
    let mut counts: HashMap<String, usize> = HashMap::new();
    for word in &body {
        stems.each(language, word, |stem| *counts.entry(stem.to_owned()).or_default() += 1);
    }
    let often = counts.iter().filter(|(_, count)| **count >= OFTEN).map(|(stem, _)| stem.clone()).collect();
    let mut all: HashSet<String> = counts.into_keys().collect();
    all.extend(of_names.stems.iter().chain(&of_leads.stems).cloned());
    for (field, tokens) in [
        (fields.name, of_names.words),
        (fields.name_stems, of_names.stems),
        (fields.lead, of_leads.words),
        (fields.lead_stems, of_leads.stems),
        (fields.often, often),
        (fields.stems, all),
    ] {
        document.add_pre_tokenized_text(field, unplaced(tokens));
    }
    let passages = names.iter().chain(&leads).chain(std::iter::once(&body));
    document.add_pre_tokenized_text(fields.words, placed(passages));

    let kind = EntryKind::ALL.iter().position(|kind| *kind == live.kind).unwrap_or_default() as u64;
    document.add_u64(fields.kind, kind);
    document.add_u64(fields.form, form(&live.entry));
    let dated_at = live.entry.ordered_at().map(micros);
    document.add_i64(fields.dated_at, dated_at.unwrap_or(UNDATED));
    let name_words = names.first().map_or(0, Vec::len).min(255) as u64;
    document.add_u64(fields.weight, worth(live.kind, dated_at) << 8 | name_words);
    let (high, low) = live.id.0.as_u64_pair();
    document.add_u64(fields.id_high, high);
    document.add_u64(fields.id_low, low);
    add_marks(&mut document, live, around, fields);
    document
}

fn form(entry: &Entry) -> u64 {
    let Entry::Article(article) = entry else { return 0 };
    ArticleKind::ALL.iter().position(|form| *form == article.kind).map_or(0, |at| at as u64 + 1)
}

/// What a document is worth by its age alone, in hundredths of points. It depends on its date, not on today's: the order
/// of two documents never changes by itself.
fn worth(kind: EntryKind, dated_at: Option<i64>) -> u64 {
    let years = UNDATED_YEARS * POINTS_OF_YEAR;
    let points = match (kind, dated_at) {
        (EntryKind::Article | EntryKind::Event, Some(at)) => (i128::from(at - YEAR_2000) * i128::from(POINTS_OF_YEAR)
            / i128::from(YEAR_MICROS))
        .clamp(0, 50 * 300) as i64,
        (EntryKind::Asset, _) => years - 4_000,
        (EntryKind::Appointment, _) => years - 3_000,
        _ => years,
    };
    u64::try_from(points).unwrap_or_default()
}

fn add_marks(document: &mut TantivyDocument, live: &LiveText, around: &Around<'_>, fields: &Fields) {
    let mut mark = |mark: Mark<'_>| document.add_text(fields.marks, mark.text());
    mark(Mark::Entry(live.id));
    mark(Mark::Kind(live.kind));
    mark(Mark::In(&live.locale));
    around.locales.iter().for_each(|locale| mark(Mark::Also(locale)));
    if around.is_original {
        mark(Mark::Original);
    }
    if let Some(facet) = live.entry.facet().filter(|_| live.kind == EntryKind::Article) {
        mark(Mark::Form(facet));
    }
    around.posts.iter().for_each(|post| mark(Mark::From(post.appointment)));
    let mut count = |kind: EntryKind, id: EntryId| {
        let (field, mark) = match kind {
            EntryKind::Topic => (fields.topics, Mark::Topic(id)),
            EntryKind::Person => (fields.people, Mark::Person(id)),
            EntryKind::Institution => (fields.institutions, Mark::Institution(id)),
            _ => return,
        };
        document.add_text(field, id.0.simple().to_string());
        document.add_text(fields.marks, mark.text());
    };
    let mut counted: HashSet<EntryId> = HashSet::new();
    if let Text::Article(text) = &live.text {
        for mention in text.mentions.iter().filter(|mention| counted.insert(mention.target)) {
            count(mention.kind, mention.target);
        }
    }
    for link in live.entry.links().into_iter().filter(|link| counted.insert(link.target)) {
        match link.role {
            LinkRole::Topic => count(EntryKind::Topic, link.target),
            // An event does not say which of the two takes part; whoever shows the count finds out.
            LinkRole::Party => {
                count(EntryKind::Person, link.target);
                count(EntryKind::Institution, link.target);
            }
            _ => {}
        }
    }
}

/// The texts of an entry, by how much they say of what it is.
struct Parts<'a> {
    names: Vec<&'a str>,
    leads: Vec<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(live: &'a LiveText, posts: &'a [Post]) -> Self {
        let mut names = vec![live.text.display_title(&live.entry)];
        let mut leads: Vec<&str> = Vec::new();
        match (&live.text, &live.entry) {
            (Text::Article(text), _) => {
                leads.extend(text.kicker.as_deref());
                leads.extend(text.summary.as_deref());
            }
            (Text::Person(text), Entry::Person(person)) => {
                names.push(&person.name.display);
                names.extend(person.name.given.as_deref());
                names.extend(person.name.family.as_deref());
                names.extend(person.variants.iter().map(String::as_str));
                leads.extend(text.honorific.as_deref());
                leads.extend(text.known_as.as_deref());
                leads.extend(person.ranks.iter().flat_map(|period| period.rank.forms()));
                leads.extend(posts.iter().flat_map(|post| &post.titles).map(String::as_str));
            }
            (Text::Institution(text), Entry::Institution(institution)) => {
                names.extend(text.variants.iter().map(String::as_str));
                names.extend(institution.acronym.iter().flat_map(|acronym| acronym.forms()));
                leads.extend(text.past_names.iter().map(|past| past.name.as_str()));
            }
            (Text::Event(text), Entry::Event(event)) => {
                names.extend(text.variants.iter().map(String::as_str));
                leads.extend(event.programme.iter().flat_map(|item| item.name.forms()));
            }
            (Text::Topic(text), _) => leads.extend(text.summary.as_deref()),
            // Whoever looks for a post looks for who holds it.
            (Text::Appointment(_), _) => leads.append(&mut names),
            (Text::Asset(text), Entry::Asset(asset)) => {
                leads.extend(text.caption.as_deref());
                leads.extend(text.alt.as_deref());
                leads.extend(asset.credit.as_deref());
            }
            _ => {}
        }
        Self { names, leads }
    }
}

/// Words and stems of some passages, each once.
struct Unplaced {
    words: HashSet<String>,
    stems: HashSet<String>,
}

impl Unplaced {
    fn of<'a>(passage: impl Iterator<Item = &'a Word>, language: Language, stems: &mut Stems) -> Self {
        let mut found = Self { words: HashSet::new(), stems: HashSet::new() };
        for word in passage {
            stems.each(language, word, |stem| {
                found.stems.insert(stem.to_owned());
            });
            found.words.insert(word.folded.clone());
            found.words.extend(word.joined.clone());
        }
        found
    }
}

fn token(text: String, position: usize) -> Token {
    Token { offset_from: 0, offset_to: 0, position, text, position_length: 1 }
}

fn unplaced(words: HashSet<String>) -> PreTokenizedString {
    PreTokenizedString { text: String::new(), tokens: words.into_iter().map(|word| token(word, 0)).collect() }
}

fn placed<'a>(passages: impl Iterator<Item = &'a Vec<Word>>) -> PreTokenizedString {
    let mut position = 0;
    let mut tokens = Vec::new();
    for passage in passages {
        for word in passage {
            tokens.push(token(word.folded.clone(), position));
            position += 1;
        }
        position += GAP;
    }
    PreTokenizedString { text: String::new(), tokens }
}

/// Stems found before: texts repeat their words.
#[derive(Default)]
pub(crate) struct Stems {
    known: HashMap<(Language, String), Vec<String>>,
}

/// Most words remembered.
const REMEMBERED: usize = 50_000;

impl Stems {
    /// Hands each stem of a word to `take`; words that say nothing have none.
    fn each(&mut self, language: Language, word: &Word, mut take: impl FnMut(&str)) {
        if language == Language::Other || language.is_stop_word(&word.folded) {
            return;
        }
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        let key = (language, word.written.clone());
        let stems = self.known.entry(key).or_insert_with(|| {
            let mut found = Vec::new();
            language.stems(&word.folded, &word.written, |stem| found.push(stem));
            found
        });
        stems.iter().for_each(|stem| take(stem));
    }
}
