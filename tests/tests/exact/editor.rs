//! Somebody who publishes, takes back, renames and merges at random.

mod content;
mod schedules;

use std::cell::RefCell;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use griot_tests::requests::{Ask, Named, Names};
use griot_tests::{Client, Record};
use serde_json::{Value, json};

use self::content::{address, slug_of};
use crate::pages::post;

/// Slugs of each kind that new entries and renamed ones take: few, so that they change hands.
const SLUGS: usize = 12;
const WORDS: [&str; 12] =
    ["Eau", "Mines", "École", "Santé", "Route", "Visite", "Accord", "Sommet", "Décret", "Récolte", "Niger", "Énergie"];
/// Entries of one kind beyond which no more are made.
const MOST_OF_A_KIND: usize = 25;
/// Kinds whose entries have pages, and can be made one.
const MERGEABLE: [&str; 4] = ["topic", "person", "institution", "event"];

pub struct Editor {
    desk: Client,
    rng: fastrand::Rng,
    known: Vec<Named>,
    /// Withdrawn ones; they may come back.
    gone: Vec<Named>,
    pending: Vec<(String, DateTime<Utc>)>,
    /// Addresses of a site before that were given to entries.
    addresses: usize,
    counts: BTreeMap<&'static str, [usize; 2]>,
    refusals: RefCell<BTreeMap<String, usize>>,
}

/// What is to be done, and to which entry.
pub struct Plan {
    what: &'static str,
    of: Named,
}

/// The acts, each as often as it stands here among a hundred.
const ACTS: [(&str, usize); 18] = [
    ("create article", 12),
    ("create other", 6),
    ("edit", 16),
    ("slug", 9),
    ("rename", 8),
    ("withdraw", 7),
    ("republish", 7),
    ("kill", 3),
    ("merge", 4),
    ("appoint", 5),
    ("end post", 4),
    ("asset", 4),
    ("illustrate", 3),
    ("correct", 4),
    ("translate", 6),
    ("withdraw language", 3),
    ("address", 7),
    ("move", 2),
];

impl Editor {
    pub fn new(desk: Client, record: &Record, rng: fastrand::Rng) -> Self {
        let export = record.export();
        let mut known: BTreeMap<String, Named> = BTreeMap::new();
        for line in export.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
            let mut named = Named::of(&line);
            if let Some(earlier) = known.get(&named.id) {
                named.slugs.extend(earlier.slugs.iter().cloned());
                named.titles.extend(earlier.titles.iter().cloned());
            }
            known.insert(named.id.clone(), named);
        }
        let (gone, pending, addresses, counts, refusals) = Default::default();
        Self { desk, rng, known: known.into_values().collect(), gone, pending, addresses, counts, refusals }
    }

    /// What there is, what was, and what may come.
    pub fn names(&self) -> Names {
        let slugs = |kind: &str| (0..SLUGS).map(|number| ("fr".to_owned(), slug_of(kind, number))).collect();
        let to_come = MERGEABLE.iter().chain(&["article"]).map(|kind| Named {
            kind: (*kind).to_owned(),
            slugs: slugs(kind),
            old_paths: (0..3).map(|ahead| address(self.addresses + ahead)).collect(),
            titles: WORDS.map(str::to_owned).to_vec(),
            ..Named::default()
        });
        Names { public: self.known.clone(), hidden: to_come.chain(self.gone.iter().cloned()).collect() }
    }

    pub fn plan(&mut self) -> Plan {
        let mut at = self.rng.usize(..ACTS.iter().map(|(_, share)| share).sum::<usize>());
        let what = ACTS.iter().find(|(_, share)| {
            let is_it = at < *share;
            at = at.saturating_sub(*share);
            is_it
        });
        let what = what.expect("shares add up").0;
        let article = |name: &str| Named { kind: name.to_owned(), ..Named::default() };
        let of = match what {
            "create article" => article("article"),
            "create other" => article(self.rng.choice(&MERGEABLE).expect("there are some")),
            "appoint" => article("appointment"),
            "asset" if self.rng.bool() => article("asset"),
            "asset" => self.some(&["asset"]),
            "end post" => self.some(&["appointment"]),
            "merge" | "move" => self.some(&MERGEABLE),
            "rename" => self.some(&["topic", "person", "institution", "event"]),
            "withdraw language" => {
                let has_english = |named: &&Named| named.slugs.iter().any(|(locale, _)| locale == "en");
                let found: Vec<_> = self.known.iter().filter(has_english).cloned().collect();
                self.rng.choice(found).unwrap_or_default()
            }
            "kill" | "correct" | "illustrate" => self.some(&["article"]),
            "republish" => self.rng.choice(&self.gone).cloned().unwrap_or_else(|| article("article")),
            _ => self.some(&["article", "article", "article", "topic", "person", "institution", "event"]),
        };
        Plan { what, of }
    }

    /// Does what was planned; whether it could be done.
    pub fn act(&mut self, plan: &Plan) -> bool {
        let is_done = self.attempt(plan).is_some();
        self.counts.entry(plan.what).or_default()[usize::from(!is_done)] += 1;
        is_done
    }

    fn attempt(&mut self, Plan { what, of }: &Plan) -> Option<()> {
        let (id, kind) = (&of.id, of.kind.as_str());
        if id.is_empty() && !what.starts_with("create") && !["appoint", "asset"].contains(what) {
            return None;
        }
        let (title, slug) = (self.title(), self.slug(kind));
        match *what {
            "create article" | "create other" | "appoint" => self.create(kind, &title, &slug),
            "asset" if id.is_empty() => self.create("asset", &title, &slug),
            "edit" => {
                let change = self.change(kind, &title);
                self.edited(of, change, &[&title], &[])
            }
            "slug" => {
                let change = json!({ "texts": [{ "locale": "fr", "slug": slug }] });
                self.edited(of, change, &[], &[("fr", &slug)])
            }
            "rename" => {
                let mut change = json!({ "texts": [{ "locale": "fr", "name": title }] });
                if kind == "person" {
                    change["name"] = json!({ "given": "A", "family": title, "display": title });
                }
                self.edited(of, change, &[&title], &[])
            }
            "translate" => {
                let slug = format!("{slug}-en");
                let name = if kind == "article" { "headline" } else { "name" };
                let change = json!({ "texts": [{ "locale": "en", name: title, "slug": slug }] });
                self.edited(of, change, &[&title], &[("en", &slug)])
            }
            "address" => {
                let path = address(self.addresses);
                self.addresses += 1;
                let value = format!("Q{}", self.rng.u16(..));
                let change = json!({ "oldPaths": [{ "path": path }], "externalIds": [{ "scheme": "wikidata", "value": value }] });
                self.edited(of, change, &[], &[])
            }
            "move" => {
                let parent = self.some(&[kind]).id;
                let name = if kind == "event" { "partOf" } else { "parent" };
                let change = if kind == "person" { json!({ "variants": [title] }) } else { json!({ name: parent }) };
                self.edited(of, change, &[&title], &[])
            }
            "asset" => self.edited(of, json!({ "texts": [{ "locale": "fr", "alt": title }] }), &[], &[]),
            "illustrate" => {
                let asset = self.some(&["asset"]).id;
                let change = if self.rng.u8(..4) == 0 { Value::Null } else { json!({ "asset": asset }) };
                self.edited(of, json!({ "leadImage": change }), &[], &[])
            }
            "end post" => {
                let until = format!("20{}-01-01", self.rng.u8(20..30));
                self.edited(of, json!({ "until": until }), &[], &[])
            }
            "correct" => {
                let mut input = self.item(id);
                input["correctionKind"] = json!("CORRECTION");
                input["publicNote"] = json!({ "fr": title });
                input["texts"] = json!([{ "locale": "fr", "summary": title }]);
                self.done("articleCorrect", input)
            }
            "withdraw" | "withdraw language" => {
                let mut input = self.item(id);
                if *what == "withdraw" {
                    input["reason"] = json!(title);
                } else {
                    input["locales"] = json!(["en"]);
                }
                self.done("contentWithdraw", input)?;
                if *what == "withdraw" {
                    self.known.retain(|known| known.id != *id);
                    self.gone.push(of.clone());
                }
                Some(())
            }
            "republish" => {
                self.publish(&[id])?;
                self.gone.retain(|known| known.id != *id);
                self.known.push(of.clone());
                Some(())
            }
            "kill" => {
                let mut input = self.item(id);
                input["reason"] = json!(title);
                self.done("contentKill", input)?;
                self.known.retain(|known| known.id != *id);
                Some(())
            }
            "merge" => {
                let kept = self.some(&[kind]).id;
                let input = json!({ "keep": self.item(&kept), "drop": self.item(id) });
                self.done("contentMerge", input)?;
                self.known.retain(|known| known.id != *id);
                Some(())
            }
            other => unreachable!("{other} is not among the acts"),
        }
    }

    fn create(&mut self, kind: &str, title: &str, slug: &str) -> Option<()> {
        if self.known.iter().filter(|known| known.kind == kind).count() > MOST_OF_A_KIND {
            return None;
        }
        let text = |name: &str| json!({ "locale": "fr", name: title, "slug": slug });
        let person = json!({ "given": "A", "family": title, "display": title });
        let input = match kind {
            "article" => {
                let mut input = self.change("article", title);
                input["kind"] = json!("NEWS");
                input["issuedAt"] = json!(self.instant());
                input["texts"][0]["slug"] = json!(slug);
                input
            }
            "topic" => json!({ "texts": [text("name")], "parent": self.some(&["topic"]).id }),
            "person" => json!({ "name": person, "texts": [{ "locale": "fr", "slug": slug, "knownAs": title }] }),
            "institution" => json!({ "kind": "MINISTRY", "texts": [text("name")] }),
            "event" => json!({ "time": { "timed": { "startsAt": self.instant() } }, "texts": [text("name")],
                "participants": [] }),
            "asset" => json!({ "kind": "IMAGE", "url": "https://media.example.org/a.jpg",
                "texts": [{ "locale": "fr", "alt": title }] }),
            _ => json!({ "person": self.some(&["person"]).id, "institution": self.some(&["institution"]).id,
                "from": format!("20{}", self.rng.u8(15..27)), "precedence": 1,
                "texts": [{ "locale": "fr", "title": title }] }),
        };
        let payload = self.desk.act(&format!("{kind}Create"), input);
        self.note_refusals(&payload);
        let id = payload["draft"]["contentId"].as_str()?.to_owned();
        self.publish(&[&id])?;
        let slugs = vec![("fr".to_owned(), slug.to_owned())];
        self.known.push(Named { kind: kind.to_owned(), id, slugs, titles: vec![title.to_owned()], ..Named::default() });
        Some(())
    }

    /// Changes an entry and publishes it, sometimes together with another one that was changed.
    fn edited(&mut self, of: &Named, change: Value, titles: &[&str], slugs: &[(&str, &str)]) -> Option<()> {
        let mut input = self.item(&of.id);
        for (name, value) in change.as_object().expect("a change is an object") {
            input[name] = value.clone();
        }
        self.done(&format!("{}Update", of.kind), input)?;
        self.publish(&[&of.id])?;
        if let Some(known) = self.known.iter_mut().find(|known| known.id == of.id) {
            known.titles.extend(titles.iter().map(|title| (*title).to_owned()));
            known.slugs.extend(slugs.iter().map(|(locale, slug)| ((*locale).to_owned(), (*slug).to_owned())));
        }
        Some(())
    }

    fn publish(&self, ids: &[&str]) -> Option<()> {
        let items: Vec<Value> = ids.iter().map(|id| self.item(id)).collect();
        self.done("contentPublish", json!({ "items": items }))
    }

    /// `None` when the desk refuses it.
    fn done(&self, mutation: &str, input: Value) -> Option<()> {
        let payload = self.desk.act(mutation, input);
        self.note_refusals(&payload);
        (payload["userErrors"] == json!([])).then_some(())
    }

    fn note_refusals(&self, payload: &Value) {
        for error in payload["userErrors"].as_array().expect("errors are a list") {
            let code = error["code"].as_str().unwrap_or_default().to_owned();
            *self.refusals.borrow_mut().entry(code).or_default() += 1;
        }
    }

    fn item(&self, id: &str) -> Value {
        let draft = self.desk.data("query($id: ID!) { draft(contentId: $id) { revision } }", json!({ "id": id }));
        json!({ "contentId": id, "expectedRevision": draft["draft"]["revision"].as_i64().unwrap_or_default() })
    }

    /// How many acts were done.
    pub fn done_so_far(&self) -> usize {
        self.counts.values().map(|[done, _]| done).sum()
    }

    /// What was done how often, and what refused.
    pub fn told(&self) -> String {
        let told = self.counts.iter().map(|(what, [done, refused])| format!("{what} {done}/{}", done + refused));
        format!("{}; refused for {:?}", told.collect::<Vec<_>>().join(", "), self.refusals.borrow())
    }
}

impl Plan {
    /// A request whose answer the act changes.
    pub fn probe(&self) -> Ask {
        let list = match self.of.kind.as_str() {
            "person" => "people".to_owned(),
            kind => format!("{kind}s"),
        };
        let document = "query($id: ID!) { content(contentId: $id) { slug displayTitle updatedAt versions(first: 1) { totalCount } } \
            notice(contentId: $id) { act at }";
        let own = if ["asset", "appointment"].contains(&&*self.of.kind) {
            "versions(first: 1) { totalCount }"
        } else {
            "slug updatedAt"
        };
        let document = format!("{document} {list}(first: 60) {{ totalCount nodes {{ contentId {own} }} }} }}");
        post(&document, json!({ "id": self.of.id }))
    }
}
