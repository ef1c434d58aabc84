//! The demo, and items in each state there is.

use std::collections::BTreeMap;

use griot_testbed::Backend;
use griot_tests::{Client, Record, Server};
use serde_json::{Value, json};

use crate::issued::{Got, get};

pub fn with(item: &Value, key: &str, value: Value) -> Value {
    let mut input = json!({ "contentId": item["contentId"], "expectedRevision": item["revision"] });
    input[key] = value;
    input
}

pub fn publish(desk: &Client, draft: &Value) -> Value {
    desk.done("contentPublish", json!({ "items": [draft] }))["drafts"][0].clone()
}

/// An article that names nobody; its draft.
pub fn article(desk: &Client, headline: &str) -> Value {
    issued(desk, headline, "2025-01-02T10:00:00+00:00")
}

/// The same of another instant.
pub fn issued(desk: &Client, headline: &str, at: &str) -> Value {
    let body = json!({ "markdown": format!("{headline}, the whole of it & <more>.\n\nSecond paragraph.") });
    let text = json!([{ "locale": "fr", "headline": headline, "body": body }]);
    desk.draft("articleCreate", json!({ "kind": "COMMUNIQUE", "issuedAt": at, "texts": text }))
}

/// Kinds of what may be taken back besides articles, and how each is made.
const OTHERS: [(&str, &str); 4] = [
    ("PERSON", "personCreate"),
    ("INSTITUTION", "institutionCreate"),
    ("EVENT", "eventCreate"),
    ("ASSET", "assetCreate"),
];

/// Somebody or something of this kind and name; its draft.
fn other(desk: &Client, kind: &str, name: &str) -> Value {
    let named = json!([{ "locale": "fr", "name": name }]);
    let input = match kind {
        "PERSON" => json!({ "name": { "display": name }, "texts": named }),
        "INSTITUTION" => json!({ "kind": "MINISTRY", "texts": named }),
        "ASSET" => {
            let titled = json!([{ "locale": "fr", "title": name, "alt": name }]);
            json!({ "kind": "IMAGE", "url": format!("https://photos.example/{name}.jpg"), "texts": titled })
        }
        _ => {
            let time = json!({ "startsAt": "2099-02-01T09:00:00Z", "timeZone": "Africa/Bamako" });
            json!({ "time": { "timed": time }, "texts": named })
        }
    };
    let (_, create) = OTHERS.into_iter().find(|(known, _)| *known == kind).expect("a kind");
    desk.draft(create, input)
}

pub fn id(item: &Value) -> &str {
    item["contentId"].as_str().expect("an id")
}

/// The demo, an article in each state there is, and others that were taken back.
pub struct Office {
    pub record: Record,
    pub server: Server,
    /// An administrator's.
    pub desk: Client,
    /// A key that sees what is under embargo.
    pub partner: String,
    pub corrected: Value,
    pub withdrawn: Value,
    pub killed: Value,
    pub embargoed: Value,
    /// People, institutions, events and pictures that were withdrawn and that were killed.
    pub others: Vec<Other>,
}

/// What is no article, and was taken back.
pub struct Other {
    /// As `changes` has it.
    pub kind: &'static str,
    pub withdrawn: Value,
    pub killed: Value,
}

impl Office {
    pub fn open(backend: Backend) -> Self {
        let record = Record::with_demo(backend);
        let key = record.key(&["--role", "administrator", "--name", "Desk"]);
        let partner = record.key(&["--delivery", "--embargo", "--name", "Partner"]);
        let server = record.serve(&[]);
        let desk = server.client("/editorial/graphql", Some(&key));
        let corrected = publish(&desk, &article(&desk, "CORRECTEDWORD"));
        for (kind, item, note, headline) in [
            ("CORRECTION", &corrected, "Un nom était faux.", "RIGHTWORD"),
            ("CLARIFICATION", &publish(&desk, &article(&desk, "Peu clair")), "Une date manquait.", "Plus clair"),
            (
                "RETRACTION",
                &publish(&desk, &article(&desk, "Propos prêtés")),
                "Ils n’ont pas été tenus.",
                "Propos retirés",
            ),
        ] {
            let correction = json!({ "correctionKind": kind, "publicNote": { "fr": note },
                "contentId": item["contentId"], "expectedRevision": item["revision"],
                "texts": [{ "locale": "fr", "headline": headline }] });
            desk.done("articleCorrect", correction);
        }
        // One is changed, and then told in another language too.
        let updated = publish(&desk, &article(&desk, "Mis à jour"));
        let text = json!([{ "locale": "fr", "headline": "Mis à jour deux fois" }]);
        let updated = publish(&desk, &desk.draft("articleUpdate", with(&updated, "texts", text)));
        let text = json!([{ "locale": "en", "headline": "Translated", "body": { "markdown": "All of it." } }]);
        publish(&desk, &desk.draft("articleUpdate", with(&updated, "texts", text)));
        let withdrawn = publish(&desk, &article(&desk, "WITHDRAWNWORD"));
        desk.done("contentWithdraw", with(&withdrawn, "reason", json!("Il est revu.")));
        let killed = publish(&desk, &article(&desk, "KILLEDWORD"));
        desk.done("contentKill", with(&killed, "reason", json!("Il était faux.")));
        let embargoed = article(&desk, "CANARIEMBARGO");
        desk.done("contentEmbargo", json!({ "items": [embargoed], "at": "2099-01-01T00:00:00Z" }));
        let others = OTHERS.map(|(kind, _)| {
            let taken_back = |act: &str, name: &str, reason: &str| {
                let item = publish(&desk, &other(&desk, kind, name));
                desk.done(act, with(&item, "reason", json!(reason)));
                item
            };
            let withdrawn = taken_back("contentWithdraw", "WITHDRAWNWORD", "Il est revu.");
            Other { kind, withdrawn, killed: taken_back("contentKill", "KILLEDWORD", "Il était faux.") }
        });
        let others = others.into();
        Self { record, server, desk, partner, corrected, withdrawn, killed, embargoed, others }
    }

    /// How many items `changes` tells of by each signal.
    pub fn states(&self) -> BTreeMap<String, usize> {
        let page = get(&self.server, "/v1/changes?limit=500", &[]).json();
        assert_eq!(page["has_more"], false);
        let mut states = BTreeMap::new();
        for change in page["changes"].as_array().expect("a list") {
            *states.entry(change["signal"].as_str().expect("a signal").to_owned()).or_default() += 1;
        }
        states
    }

    /// The last document of an item in French, or what lies under it.
    pub fn item(&self, of: &Value, rest: &str) -> Got {
        get(&self.server, &format!("/v1/items/{}-fr{rest}", id(of)), &[])
    }
}
