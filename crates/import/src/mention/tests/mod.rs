//! What the finder finds, and what it must not.

mod demo;
mod hard;
mod offsets;
mod score;

use chrono::NaiveDate;
use griot_domain::body::{Block, Span, TextBlock, TextStyle};
use griot_domain::{ArticleText, Body, EntryId, Locale};
use griot_persistence::LiveEntry;

use super::{Finder, Found};
use crate::json::fixture::live_entries;

/// A finder with the names to print for its entries.
struct Record {
    finder: Finder,
    entries: Vec<LiveEntry>,
}

impl Record {
    fn of(jsonl: &str) -> Self {
        let entries = live_entries(jsonl);
        Self { finder: Finder::build(&entries).unwrap(), entries }
    }

    /// The French name of an entry, else any.
    fn name(&self, id: EntryId) -> &str {
        let live = self.entries.iter().find(|live| live.id == id).expect("an entry of the record");
        let text = live.texts.get(&locale("fr")).or_else(|| live.texts.values().next()).expect("a text");
        text.display_title(&live.entry)
    }

    fn find(&self, article: &Sample, tag: &str, day: &str) -> Found {
        self.finder.find(&article.text, &article.body, &locale(tag), day.parse::<NaiveDate>().unwrap())
    }
}

/// An article to look through.
#[derive(Clone, Debug)]
struct Sample {
    text: ArticleText,
    body: Body,
}

impl Sample {
    fn new(headline: &str, summary: Option<&str>, paragraphs: &[&str]) -> Self {
        let text = ArticleText {
            headline: headline.to_owned(),
            kicker: None,
            summary: summary.map(str::to_owned),
            mentions: Vec::new(),
            seo: Default::default(),
        };
        let blocks = paragraphs.iter().enumerate().map(|(index, text)| paragraph(index, &[text])).collect();
        Self { text, body: Body { blocks } }
    }
}

fn paragraph(index: usize, spans: &[&str]) -> Block {
    let span = |(at, text): (usize, &&str)| Span { key: format!("s{at}"), text: (*text).to_owned(), marks: Vec::new() };
    Block::Text(TextBlock {
        key: format!("b{index}"),
        style: TextStyle::Normal,
        list_item: None,
        level: None,
        children: spans.iter().enumerate().map(span).collect(),
        mark_defs: Vec::new(),
    })
}

fn locale(tag: &str) -> Locale {
    Locale::parse(tag).unwrap()
}
