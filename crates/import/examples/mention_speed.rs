//! Prints how fast the mention finder is built and reads: `cargo run --release -p griot-import --example mention_speed`.

use std::collections::BTreeMap;
use std::time::Instant;

use griot_domain::body::{Block, Span, TextBlock, TextStyle};
use griot_domain::{ArticleText, Body, EntryId, Locale, Person, PersonName, PersonText, RankPeriod};
use griot_import::mention::Finder;
use griot_persistence::LiveEntry;

const NAMES: u32 = 10_000;
const MEGABYTES: usize = 20;

fn main() {
    let locale = Locale::parse("fr").expect("a language tag");
    let people: Vec<LiveEntry> = (0..NAMES).map(|number| person(number, &locale)).collect();
    let start = Instant::now();
    let finder = Finder::build(&people).expect("the names fit");
    println!("built from {NAMES} people in {:.0} ms", start.elapsed().as_secs_f64() * 1e3);

    let sentence = "Le Colonel Prénom77 NOM77TRAORÉ a reçu l’ambassadeur à Koulouba ; d’après Prénom5 NOM5TRAORÉ, la \
                    coopération entre les deux pays s’élargit aux infrastructures, à la santé et à l’agriculture. ";
    let paragraph = sentence.repeat(40);
    let blocks = (0..MEGABYTES * 1_000_000 / paragraph.len()).map(|index| block(index, &paragraph)).collect();
    let body = Body { blocks };
    let text = ArticleText {
        headline: "Coopération".to_owned(),
        kicker: None,
        summary: None,
        mentions: Vec::new(),
        seo: Default::default(),
    };
    let start = Instant::now();
    let found = finder.find(&text, &body, &locale, "2023-07-29".parse().expect("a date"));
    let seconds = start.elapsed().as_secs_f64();
    println!("read {MEGABYTES} MB at {:.1} MB/s, {} mentions", MEGABYTES as f64 / seconds, found.mentions.len());
}

fn person(number: u32, locale: &Locale) -> LiveEntry {
    let (given, family) = (format!("Prénom{number}"), format!("NOM{number}TRAORÉ"));
    let name =
        PersonName { display: format!("{given} {family}"), given: Some(given), particle: None, family: Some(family) };
    let ranks = vec![RankPeriod { rank: "Colonel".into(), from: None, until: None }];
    let person = Person { name, variants: Vec::new(), ranks, portrait: None, born: None, died: None };
    LiveEntry {
        id: EntryId(uuid::Uuid::from_u128(u128::from(number) + 1)),
        entry: person.into(),
        texts: BTreeMap::from([(locale.clone(), PersonText::default().into())]),
    }
}

fn block(index: usize, text: &str) -> Block {
    Block::Text(TextBlock {
        key: format!("b{index}"),
        style: TextStyle::Normal,
        list_item: None,
        level: None,
        children: vec![Span { key: "s".to_owned(), text: text.to_owned(), marks: Vec::new() }],
        mark_defs: Vec::new(),
    })
}
