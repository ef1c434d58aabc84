//! The press office of the story: who works there, and the drafts they prepare.

use chrono::{DateTime, Utc};
use griot_testbed::Backend;
use griot_tests::{Client, Record, Server};
use serde_json::{Value, json};

/// The French headline as it is first published.
pub const TYPO: &str = "Remaniment ministériel";
/// What the photo shows.
pub const ALT: &str = "Les deux ministres échangent leurs dossiers";
/// An id that no entry has.
pub const NOBODY: &str = "00000000-0000-4000-8000-00000000dead";

/// Who works in the office, and how the entries of the story are known.
pub struct Office {
    pub record: Record,
    pub server: Server,
    pub keys: [(&'static str, String); 4],
    pub ids: Value,
}

impl Office {
    /// Two people in two offices, public since before the story.
    pub fn open(backend: Backend) -> Self {
        let record = Record::new(backend);
        record.run(&["migrate"]).expect_success();
        let keys = ["author", "editor", "publisher", "administrator"];
        let keys = keys.map(|role| (role, record.key(&["--role", role, "--name", role])));
        let server = record.serve(&[]);
        let mut office = Self { record, server, keys, ids: json!({}) };
        let names = |fr: &str, en: &str| json!([{ "locale": "fr", "name": fr }, { "locale": "en", "name": en }]);
        let author = office.editing("author");
        let ministry = |fr: &str, en: &str| {
            author.draft("institutionCreate", json!({ "kind": "MINISTRY", "texts": names(fr, en) }))
        };
        let person = |name: &str| {
            let texts = json!([{ "locale": "fr" }, { "locale": "en" }]);
            author.draft("personCreate", json!({ "name": { "display": name }, "texts": texts }))
        };
        let justice = ministry("Ministère de la Justice", "Ministry of Justice");
        let water = ministry("Ministère de l’Eau", "Ministry of Water");
        let (awa, moussa) = (person("Awa DIARRA"), person("Moussa KEÏTA"));
        for (name, entry) in [("justice", &justice), ("water", &water), ("awa", &awa), ("moussa", &moussa)] {
            office.ids[name] = entry["contentId"].clone();
        }
        let of_justice = office.appoint("moussa", "justice", "2021-06-11");
        let of_water = office.appoint("awa", "water", "2021-06-11");
        let items = json!([justice, water, awa, moussa, of_justice, of_water]);
        office.editing("publisher").done("contentPublish", json!({ "items": items }));
        office.ids["ofJustice"] = of_justice["contentId"].clone();
        office.ids["ofWater"] = of_water["contentId"].clone();
        office
    }

    fn key(&self, role: &str) -> &str {
        &self.keys.iter().find(|(name, _)| *name == role).expect("there is a key of each role").1
    }

    /// As the audit log names whoever has that key.
    pub fn holder(&self, role: &str) -> String {
        format!("key:{}", self.key(role).split('_').nth(2).expect("the public part is the third"))
    }

    pub fn editing(&self, role: &str) -> Client {
        self.server.client("/editorial/graphql", Some(self.key(role)))
    }

    fn appointment(&self, person: &str, office: &str, from: &str) -> Value {
        let (fr, en) = match office {
            "justice" => ("Ministre de la Justice", "Minister of Justice"),
            _ => ("Ministre de l’Eau", "Minister of Water"),
        };
        let texts = json!([{ "locale": "fr", "title": fr }, { "locale": "en", "title": en }]);
        json!({ "person": self.ids[person], "institution": self.ids[office], "from": from, "texts": texts })
    }

    fn appoint(&self, person: &str, office: &str, from: &str) -> Value {
        self.editing("editor").draft("appointmentCreate", self.appointment(person, office, from))
    }

    /// The communiqué, its photo, two appointments and the ends of the two before them: what becomes public together.
    pub fn prepare(&mut self) -> Value {
        let author = self.editing("author");
        let photo = json!({
            "kind": "IMAGE", "url": "https://media.example.org/echange.jpg",
            "texts": [{ "locale": "fr", "alt": ALT }, { "locale": "en", "alt": "The two ministers exchange their files" }],
        });
        let photo = author.draft("assetCreate", photo);
        self.ids["photo"] = photo["contentId"].clone();
        let article = json!({
            "kind": "COMMUNIQUE", "issuedAt": "2026-03-01T20:00:00Z", "leadImage": { "asset": photo["contentId"] },
            "texts": [
                self.text("fr", TYPO, "Awa DIARRA va à la Justice, Moussa KEÏTA à l’Eau."),
                self.text("en", "Cabinet reshuffle", "Awa DIARRA goes to Justice, Moussa KEÏTA to Water."),
            ],
        });
        let article = author.draft("articleCreate", article);
        self.ids["article"] = article["contentId"].clone();

        let refused = author.act("appointmentCreate", self.appointment("awa", "justice", "2026-03-01"));
        assert_eq!(refused["userErrors"][0]["code"], "FORBIDDEN", "an author appoints nobody: {refused}");
        let end = |id: &str| {
            let input = json!({ "contentId": self.ids[id], "expectedRevision": 1, "until": "2026-02-28" });
            self.editing("editor").draft("appointmentUpdate", input)
        };
        let new = [self.appoint("awa", "justice", "2026-03-01"), self.appoint("moussa", "water", "2026-03-01")];
        json!([photo, article, new[0], new[1], end("ofJustice"), end("ofWater")])
    }

    /// A text that names both people.
    fn text(&self, locale: &str, headline: &str, body: &str) -> Value {
        let mention = |id: &str, words: &str| {
            let at = body.find(words).expect("the body names both");
            json!({
                "target": self.ids[id], "kind": "PERSON", "role": "SUBJECT", "words": words, "passage": "BODY",
                "blockKey": "p", "offset": body[..at].chars().count(), "length": words.chars().count(),
            })
        };
        let span = json!({ "_type": "span", "_key": "s", "text": body, "marks": [] });
        let block = json!({ "_type": "block", "_key": "p", "style": "normal", "markDefs": [], "children": [span] });
        json!({
            "locale": locale, "headline": headline, "slug": format!("remaniement-{locale}"), "body": { "portableText": [block] },
            "mentions": [mention("awa", "Awa DIARRA"), mention("moussa", "Moussa KEÏTA")],
        })
    }

    /// Variables of the page; the unpublished entries have ids that do not exist before they are made.
    pub fn page(&self, locale: &str, as_of: Option<DateTime<Utc>>) -> Value {
        let mut variables = json!({ "article": NOBODY, "photo": NOBODY });
        variables.as_object_mut().unwrap().extend(self.ids.as_object().unwrap().clone());
        for known in ["ofJustice", "ofWater"] {
            variables.as_object_mut().unwrap().remove(known);
        }
        variables["view"] = json!({ "locale": locale, "asOf": as_of });
        variables
    }
}
