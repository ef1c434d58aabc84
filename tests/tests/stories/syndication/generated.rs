//! Records that nobody wrote by hand: articles with every mixture of what one may have, each in a state that is drawn.

use std::path::Path;

use griot_testbed::Backend;
use griot_tests::{Client, Record, Server};
use rstest::rstest;
use serde_json::{Value, json};

use super::feeds::judge as judge_feeds;
use super::office::{id, publish, with};
use super::readers::read_by_others;
use crate::issued::{collect, get, judge, save};

const ARTICLES: usize = 60;
/// Draws the same record each time, so that a fault can be looked at again.
const SEED: u64 = 20_261_201;

/// A xorshift generator, which is enough to mix.
struct Draws(u64);

impl Draws {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % count as u64).unwrap_or_default()
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    fn is(&mut self) -> bool {
        self.below(2) == 1
    }
}

/// What an article of the demo's office may be about.
struct World {
    images: Vec<Value>,
    topics: Vec<Value>,
    named: Vec<(&'static str, Value)>,
}

impl World {
    fn of(server: &Server) -> Self {
        let query = "{ articles(first: 50) { nodes { leadImage { contentId } topics { contentId } } }
            people(first: 20) { nodes { contentId } } institutions(first: 20) { nodes { contentId } }
            events(first: 20) { nodes { contentId } } }";
        let all = server.data(query, json!({}));
        let nodes = |list: &str| all[list]["nodes"].as_array().expect("a list").clone();
        let mut images: Vec<Value> = nodes("articles")
            .iter()
            .map(|one| one["leadImage"]["contentId"].clone())
            .filter(Value::is_string)
            .collect();
        let mut topics: Vec<Value> = nodes("articles")
            .iter()
            .flat_map(|one| one["topics"].as_array().expect("a list").clone())
            .map(|topic| topic["contentId"].clone())
            .collect();
        for ids in [&mut images, &mut topics] {
            ids.sort_by_key(Value::to_string);
            ids.dedup();
        }
        let mut named = Vec::new();
        for (kind, list) in [("PERSON", "people"), ("INSTITUTION", "institutions"), ("EVENT", "events")] {
            named.extend(nodes(list).iter().map(|one| (kind, one["contentId"].clone())));
        }
        assert!(images.len() > 1 && topics.len() > 1 && named.len() > 5, "the demo has some of each");
        Self { images, topics, named }
    }

    fn text(&self, locale: &str, number: usize, draws: &mut Draws) -> Value {
        let words = *draws.one(&["Été & <hiver>", "« Ça va » — dit-elle", "السلام", "𝄞 clef", "L’œuvre ‘simple’"]);
        let headline = format!("Titre {number} {words}");
        let mut text = json!({ "locale": locale, "headline": headline,
            "body": { "markdown": format!("{words}, premier paragraphe.\n\n## Suite\n\n- un\n- deux\n\n> {words}") } });
        if draws.is() {
            text["summary"] = json!(format!("En bref : {words}"));
        }
        if draws.is() {
            text["kicker"] = json!("Diplomatie");
        }
        if draws.is() {
            let (kind, target) = draws.one(&self.named);
            let role = draws.one(&["SUBJECT", "MENTIONED"]);
            text["mentions"] = json!([{ "target": target, "kind": kind, "role": role, "words": "Titre",
                "passage": "HEADLINE", "offset": 0, "length": 5 }]);
        }
        text
    }

    fn article(&self, number: usize, draws: &mut Draws) -> Value {
        let kind = draws.one(&["NEWS", "COMMUNIQUE", "SPEECH", "INTERVIEW", "ADVISORY"]);
        let locales = *draws.one(&[&["fr"][..], &["fr", "en"], &["fr", "ar"], &["fr", "en", "ar"]]);
        let texts: Vec<Value> = locales.iter().map(|locale| self.text(locale, number, draws)).collect();
        let at = draws.one(&["2025-01-02T10:00:00+00:00", "2019-06-30T23:59:59+05:30", "2024-02-29T00:00:00-03:00"]);
        let mut input = json!({ "kind": kind, "issuedAt": at, "texts": texts });
        let mut may = |name: &str, value: Value| {
            if draws.is() {
                input[name] = value;
            }
        };
        may("urgency", json!(number % 8 + 1));
        may("rights", json!({ "fr": "Reproduction libre avec mention." }));
        may(
            "place",
            json!({ "name": { "fr": "Palais de Koulouba" }, "countryCode": "ML",
            "point": { "latitude": 12.65, "longitude": -8.0 } }),
        );
        may("leadImage", json!({ "asset": self.images[number % self.images.len()] }));
        may("attachments", json!([self.images[(number + 1) % self.images.len()]]));
        may("topics", json!([self.topics[number % self.topics.len()]]));
        let signatory = self.named.iter().filter(|(kind, _)| *kind != "EVENT").nth(number % 4).map(|(_, id)| id);
        may("byline", json!([{ "name": { "fr": "La rédaction" } }, { "name": { "fr": "Awa" }, "entry": signatory }]));
        input
    }
}

/// Brings a public article into a state.
fn act(desk: &Client, item: &Value, number: usize, state: usize) {
    let text = json!([{ "locale": "fr", "headline": format!("Titre {number}, changé") }]);
    match state {
        0 => {}
        1 => {
            publish(desk, &desk.draft("articleUpdate", with(item, "texts", text)));
        }
        2 => {
            let mut correction = with(item, "texts", text);
            correction["correctionKind"] = json!("CORRECTION");
            correction["publicNote"] = json!({ "fr": "Un nom était faux." });
            desk.done("articleCorrect", correction);
        }
        3 => {
            desk.done("contentWithdraw", with(item, "reason", json!("Il est revu.")));
        }
        _ => {
            desk.done("contentKill", with(item, "reason", json!("Il était faux.")));
        }
    }
}

/// Every feed of these articles passes its grammar, and is read by others as it was written.
fn feeds_pass(server: &Server, folder: &Path) {
    let kinds = ["news", "communique", "speech", "interview", "advisory"].map(|kind| format!("kind/{kind}"));
    let languages = ["fr", "en", "ar"].map(|language| format!("language/{language}"));
    let feeds: Vec<String> = ["all".to_owned()].into_iter().chain(kinds).chain(languages).collect();
    for feed in &feeds {
        for form in ["atom", "rss", "json"] {
            let got = get(server, &format!("/v1/feeds/{feed}.{form}"), &[]);
            assert_eq!(got.status, 200, "{feed}.{form}: {}", got.body);
            save(folder, form, &format!("{feed}.{form}"), &got.body);
        }
    }
    for month in ["2025-01", "2019-06", "2024-02"] {
        let archive = get(server, &format!("/v1/feeds/all/archive/{month}.atom"), &[]);
        assert_eq!(archive.status, 200, "{month}: {}", archive.body);
        save(folder, "atom", &format!("archive-{month}.atom"), &archive.body);
    }
    judge_feeds(folder);
    for feed in &feeds {
        read_by_others(folder, feed, &get(server, &format!("/v1/feeds/{feed}.json"), &[]).json());
    }
}

#[rstest]
fn generated_records_pass_the_schemas_in_every_state(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::with_demo(backend);
    let key = record.key(&["--role", "administrator", "--name", "Desk"]);
    let server = record.serve(&[]);
    let desk = server.client("/editorial/graphql", Some(&key));
    let (world, mut draws) = (World::of(&server), Draws(SEED));
    for number in 0..ARTICLES {
        let item = publish(&desk, &desk.draft("articleCreate", world.article(number, &mut draws)));
        assert_eq!(id(&item).len(), 36);
        act(&desk, &item, number, number % 5);
    }
    let folder = record.directory().join("documents");
    let found = collect(&server, &folder);
    judge(&folder);
    feeds_pass(&server, &record.directory().join("feeds"));
    println!("{backend:?}: {found} documents of {ARTICLES} generated articles, the demo and their versions");
}
