//! What an editor writes: words, names and links at random.

use chrono::{DateTime, SecondsFormat};
use griot_tests::requests::Named;
use serde_json::{Value, json};

use super::{Editor, SLUGS, WORDS};

impl Editor {
    /// A change of what an entry links to and of a line of its text.
    pub(super) fn change(&mut self, kind: &str, title: &str) -> Value {
        let body = json!({ "markdown": format!("{title}.\n") });
        match kind {
            "article" => {
                let topics: Vec<String> = (0..self.rng.usize(..3)).map(|_| self.some(&["topic"]).id).collect();
                let related: Vec<String> = self.ids_of("article").into_iter().take(1).collect();
                let text = json!({ "locale": "fr", "headline": title, "body": body, "mentions": self.mentions(title) });
                let mut change = json!({ "texts": [text], "topics": topics, "byline": [self.byline()],
                    "related": related });
                if self.rng.bool() {
                    change["kind"] = json!(["NEWS", "SPEECH", "PAGE"][self.rng.usize(..3)]);
                    change["issuedAt"] = json!(self.instant());
                }
                change
            }
            "event" => json!({ "time": { "timed": { "startsAt": self.instant() } },
                "organisers": [self.some(&["institution", "person"]).id] }),
            "person" => {
                json!({ "ranks": [{ "rank": { "fr": title } }], "texts": [{ "locale": "fr", "knownAs": title }] })
            }
            "institution" => json!({ "acronym": { "fr": title }, "texts": [{ "locale": "fr", "body": body }] }),
            _ => json!({ "texts": [{ "locale": "fr", "summary": title, "body": body }] }),
        }
    }

    /// An entry of one of the kinds; without an id when there is none.
    pub(super) fn some(&mut self, kinds: &[&str]) -> Named {
        let kind = self.rng.choice(kinds).expect("there is a kind");
        let of_kind: Vec<&Named> = self.known.iter().filter(|known| known.kind == **kind).collect();
        let none = || Named { kind: (*kind).to_owned(), ..Named::default() };
        self.rng.choice(of_kind).cloned().unwrap_or_else(none)
    }

    /// A slug that is free, as far as is known, and was another's perhaps; seldom one that is not.
    pub(super) fn slug(&mut self, kind: &str) -> String {
        let all = (0..SLUGS).map(|number| slug_of(kind, number));
        let holds =
            |slug: &String| self.known.iter().any(|known| known.slugs.last().is_some_and(|(_, own)| own == slug));
        let free: Vec<String> = all.filter(|slug| !holds(slug)).collect();
        let any = slug_of(kind, self.rng.usize(..SLUGS));
        if self.rng.u8(..10) == 0 { any } else { self.rng.choice(free).unwrap_or(any) }
    }

    pub(super) fn ids_of(&mut self, kind: &str) -> Vec<String> {
        let mut ids: Vec<String> =
            self.known.iter().filter(|known| known.kind == kind).map(|known| known.id.clone()).collect();
        self.rng.shuffle(&mut ids);
        ids
    }

    pub(super) fn title(&mut self) -> String {
        let mut word = || *self.rng.choice(&WORDS).expect("there are words");
        format!("{} {} {}", word(), word(), self.rng.u16(..))
    }

    pub(super) fn instant(&mut self) -> String {
        let at =
            DateTime::from_timestamp(1_700_000_000 + self.rng.i64(0..80_000_000), 0).expect("it is in the calendar");
        at.to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    pub(super) fn byline(&mut self) -> Value {
        json!({ "name": { "fr": "Rédaction" }, "entry": self.some(&["person", "institution"]).id })
    }

    /// The first word of the headline means somebody.
    pub(super) fn mentions(&mut self, title: &str) -> Value {
        let target = self.some(&["person", "institution", "event"]);
        if target.id.is_empty() {
            return json!([]);
        }
        let word = title.split(' ').next().unwrap_or_default();
        let length = word.chars().count();
        json!([{ "target": target.id, "kind": target.kind.to_uppercase(), "role": "SUBJECT", "words": word,
            "passage": "HEADLINE", "offset": 0, "length": length }])
    }
}

/// An address of a site before.
pub(super) fn address(number: usize) -> String {
    format!("/ancien/{number}")
}

pub(super) fn slug_of(kind: &str, number: usize) -> String {
    format!("exact-{kind}-{number}")
}
