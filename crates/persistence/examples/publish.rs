//! How fast a store takes articles, and what a first and a deep page cost: `cargo run --release --example publish
//! [COUNT]`. Each article has 3 KB of text and eight links; they come in batches of 200 into SQLite.

use std::error::Error;
use std::time::Instant;

use griot_domain::body::{Block, Span, TextBlock, TextStyle};
use griot_domain::{
    Article, ArticleText, Body, Clock, Edition, EntryId, EntryKind, LinkRole, Locale, LocaleChain, Mention,
    MentionRole, Moment, Passage, Publication, Slug, SystemClock, TopicId, View,
};
use griot_persistence::{
    Act, Condition, ListQuery, Location, Order, OrderKey, OrderedBy, PublishedStore, Publisher, StoreName, Window,
    migrate,
};
use uuid::Uuid;

const BATCH: usize = 200;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let count: u128 = std::env::args().nth(1).map_or(Ok(10_000), |raw| raw.parse())?;
    let folder = tempfile::tempdir()?;
    let location = Location::sqlite(folder.path());
    migrate(&location).await?;
    let publisher = Publisher::open(&location, StoreName::Published).await?;
    let act = Act { origin: "example".to_owned(), at: SystemClock.now() };
    let articles: Vec<Publication> = (1..=count).map(|number| article(number, &act)).collect();
    for what in ["new", "known"] {
        let begin = Instant::now();
        for batch in articles.chunks(BATCH) {
            publisher.publish(batch, &act).await?;
        }
        let seconds = begin.elapsed().as_secs_f64();
        println!("{count} {what} articles in {seconds:.2} s: {:.0}/s", count as f64 / seconds);
    }
    publisher.checkpoint().await?;
    let reader = PublishedStore::open(&location).await?;
    let topic = Condition::LinksTo { role: LinkRole::Topic, targets: vec![topic(0)] };
    for (name, by, conditions) in [
        ("all by date", OrderedBy::Date, vec![Condition::NotFacets(vec!["PAGE"])]),
        ("topic by date", OrderedBy::Date, vec![topic, Condition::NotFacets(vec!["PAGE"])]),
        ("all by name", OrderedBy::Name, vec![]),
    ] {
        time_pages(&reader, name, by, conditions).await?;
    }
    Ok(())
}

/// Times the first page and the 300th, each as the median of 50.
async fn time_pages(
    reader: &PublishedStore,
    name: &str,
    by: OrderedBy,
    conditions: Vec<Condition>,
) -> Result<(), Box<dyn Error>> {
    let locales = LocaleChain::with_any(Locale::parse("fr")?);
    for moment in [Moment::Now, Moment::AsOf(SystemClock.now())] {
        let view = View { moment, locales: locales.clone() };
        let page = |after: Option<OrderKey>, limit| ListQuery {
            kind: EntryKind::Article,
            conditions: conditions.clone(),
            order: Order { by, is_descending: true },
            window: Window { after, before: None, limit, from_end: false },
        };
        let far = reader.pages(&view, &[page(None, 6_000)]).await?.remove(0).rows.pop().map(|row| row.key);
        let mut medians = Vec::new();
        for after in [None, far] {
            let query = [page(after, 20)];
            let mut times = Vec::new();
            for _ in 0..50 {
                let begin = Instant::now();
                reader.pages(&view, &query).await?;
                times.push(begin.elapsed());
            }
            times.sort();
            medians.push(times[25]);
        }
        println!("{name}, {moment:?}: first page {:?}, page 300 {:?}", medians[0], medians[1]);
    }
    Ok(())
}

fn topic(number: u128) -> EntryId {
    EntryId(Uuid::from_u128((1 << 100) | (number % 12)))
}

fn article(number: u128, act: &Act) -> Publication {
    let scattered = Uuid::from_u128(number.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835));
    let issued_at = act.at - chrono::TimeDelta::hours(number as i64);
    let entry = Article {
        kind: griot_domain::ArticleKind::News,
        issued_at: issued_at.fixed_offset(),
        place: None,
        byline: Vec::new(),
        lead_image: None,
        topics: (0..3).map(|step| TopicId(topic(number + step).0)).collect(),
        attachments: Vec::new(),
        related: Vec::new(),
        corrections: Vec::new(),
        rights: None,
        urgency: None,
        is_pinned: false,
    };
    let headline = format!("Communiqué numéro {} du Conseil des ministres", scattered.as_u128() % 100_000);
    let slug = Slug::from_title(&format!("{headline} {number}"));
    let text = ArticleText {
        headline,
        kicker: None,
        summary: Some("Le Conseil des ministres s’est réuni en session ordinaire.".to_owned()),
        mentions: (0..5).map(|step| mention(number * 7 + step)).collect(),
        seo: Default::default(),
    };
    let edition = Edition { slug, text: text.into(), body: body() };
    Publication {
        id: EntryId(scattered),
        kind: EntryKind::Article,
        live_from: issued_at,
        revised_at: None,
        entry: Some(entry.into()),
        editions: [(Locale::parse("fr").expect("a tag"), edition)].into(),
        withdrawn: Default::default(),
        retraction: None,
        external_ids: Vec::new(),
        old_paths: Vec::new(),
    }
}

fn mention(number: u128) -> Mention {
    Mention {
        target: EntryId(Uuid::from_u128((1 << 101) | (number % 400))),
        kind: EntryKind::Person,
        role: MentionRole::Mentioned,
        words: "le Général".to_owned(),
        passage: Passage::Block("b1".to_owned()),
        offset: 0,
        length: 10,
    }
}

fn body() -> Body {
    let paragraph = |number: usize| {
        let text =
            "Le Gouvernement poursuit la mise en œuvre de sa feuille de route au profit des populations. ".repeat(5);
        Block::Text(TextBlock {
            key: format!("b{number}"),
            style: TextStyle::Normal,
            list_item: None,
            level: None,
            children: vec![Span { key: format!("s{number}"), text, marks: Vec::new() }],
            mark_defs: Vec::new(),
        })
    };
    Body { blocks: (0..6).map(paragraph).collect() }
}
