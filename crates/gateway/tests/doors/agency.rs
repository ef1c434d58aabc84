//! A press office with its partners.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use griot_access::{Grant, Role};
use griot_editorial::Scheduler;
use griot_persistence::{EVERYTHING_PRODUCT, Partner, PartnerSaving, PartnerStore, Product, ProductSaving};
use griot_testbed::Backend;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Editor, World};

/// A desk, and partners it serves.
pub struct Agency {
    pub world: World,
    pub editor: String,
    pub store: PartnerStore,
}

impl Agency {
    pub async fn open(backend: Backend) -> Self {
        let world = World::open(backend).await;
        let (_, editor) = world.key("Desk", Grant::Editorial(Role::Administrator)).await;
        let store = PartnerStore::open(&world.location).await.unwrap();
        Self { world, editor, store }
    }

    pub fn desk(&self) -> Editor<'_> {
        Editor { world: &self.world, key: self.editor.clone() }
    }

    /// A public article in some languages.
    pub fn article(&self, kind: &str, tags: &[&str]) -> Value {
        let draft = self.draft(kind, tags);
        self.desk().publish(&[&draft]);
        draft
    }

    pub fn draft(&self, kind: &str, tags: &[&str]) -> Value {
        let block = json!({ "_type": "block", "_key": "b1", "style": "normal", "markDefs": [],
            "children": [{ "_type": "span", "_key": "s1", "text": "Texte.", "marks": [] }] });
        let body = json!({ "portableText": [block] });
        let text = |tag: &&str| json!({ "locale": tag, "headline": format!("Titre {tag}"), "body": body });
        let texts: Vec<Value> = tags.iter().map(text).collect();
        self.desk().made("article", json!({ "kind": kind, "issuedAt": "2026-05-01T08:00:00Z", "texts": texts }))
    }

    /// The draft with its next revision.
    pub fn changed(&self, draft: &Value, more: Value) -> Value {
        let mut input = draft.clone();
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.desk().draft("articleUpdate", input)
    }

    pub fn act(&self, field: &str, input_type: &str, input: Value) {
        let payload = self.world.mutate(&self.editor, field, input_type, "__typename", input);
        assert_eq!(payload["userErrors"], json!([]), "{field}");
    }

    pub fn kill(&self, draft: &Value) {
        let mut input = draft.clone();
        input["reason"] = json!("Erreur sur la personne");
        self.act("contentKill", "ContentKillInput", input);
    }

    pub async fn product(&self, number: u128, filter: Value) -> Uuid {
        let product = Product {
            id: Uuid::from_u128(number),
            code: griot_domain::Slug::parse(&format!("p{number}")).unwrap(),
            title: "P".to_owned(),
            filter: serde_json::from_value(filter).unwrap(),
            is_sorted: false,
            revision: 1,
            created_at: self.world.clock_now(),
        };
        assert_eq!(self.store.save_product(&product).await.unwrap(), ProductSaving::Saved);
        product.id
    }

    /// A partner that receives some products, and its key.
    pub async fn partner(&self, number: u128, products: &[Uuid]) -> (Partner, String) {
        let partner = Partner {
            id: Uuid::from_u128(number),
            name: format!("Outlet {number}"),
            embargo: None,
            requests_per_minute: 1_000,
            idle_after_minutes: None,
            created_at: self.world.clock_now(),
            suspended_at: None,
            polled: None,
            products: products.to_vec(),
        };
        self.save(&partner).await;
        let grant = Grant::Delivery { partner: Some(partner.id), sees_embargoed: true, operations: None };
        let (_, key) = self.world.key(&partner.name, grant).await;
        (partner, key)
    }

    pub async fn save(&self, partner: &Partner) {
        assert_eq!(self.store.save_partner(partner, self.world.clock_now()).await.unwrap(), PartnerSaving::Saved);
    }

    /// The changes after a token, once everything is sorted.
    pub async fn changes(&self, key: Option<&str>, query: &str) -> Answer {
        self.world.partners.catch_up().await.unwrap();
        let path = format!("/v1/changes{query}");
        key.map_or_else(|| self.world.get(&path), |key| self.world.get_as(key, &path))
    }
}

/// What is told, as `op kind language version reason`.
pub fn lines(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let told = answer.json();
    let line = |change: &Value| {
        let word = |name: &str| change[name].as_str().unwrap_or("–").to_owned();
        let words = [word("op"), word("kind"), word("language"), change["version"].to_string(), word("reason")];
        words.join(" ")
    };
    told["changes"].as_array().unwrap().iter().map(line).collect()
}

pub fn token(answer: &Answer) -> String {
    answer.json()["token"].as_str().unwrap().to_owned()
}

pub fn since(answer: &Answer) -> String {
    format!("?since={}", token(answer))
}

/// A public article, and who may see what comes next of it.
pub struct Terms {
    pub public: Value,
    /// Key of a partner that accepted the terms of embargo.
    pub early: String,
    /// Key of one that did not.
    pub plain: String,
    scheduler: Scheduler,
    start: Instant,
}

/// What was put under embargo.
pub struct Embargoed {
    /// An article nobody has seen.
    pub new: Value,
    /// When it becomes public.
    pub until: &'static str,
}

impl Terms {
    pub async fn of(agency: &Agency) -> Self {
        let start = Instant::now();
        let scheduler = Scheduler::new(agency.world.desk.clone()).without_database_clock();
        let public = agency.article("NEWS", &["fr"]);
        let (entitled, early) = agency.partner(1, &[EVERYTHING_PRODUCT]).await;
        agency.save(&Partner { embargo: Some(("2026-1".to_owned(), agency.world.clock_now())), ..entitled }).await;
        let (_, plain) = agency.partner(2, &[EVERYTHING_PRODUCT]).await;
        Self { public, early, plain, scheduler, start }
    }

    /// Puts a new article, and a change of the public one, under embargo.
    pub fn embargo(&self, agency: &Agency) -> Embargoed {
        agency.world.wait(TimeDelta::minutes(1));
        let new = agency.draft("COMMUNIQUE", &["fr"]);
        let changed = agency.changed(&self.public, json!({ "kind": "SPEECH" }));
        let until = "2026-06-02T06:00:00Z";
        agency.act("contentEmbargo", "ContentScheduleInput", json!({ "items": [new, changed], "at": until }));
        Embargoed { new, until }
    }

    /// The hour comes.
    pub async fn release(&mut self, agency: &Agency) {
        agency.world.wait(TimeDelta::hours(24));
        let now = self.start + Duration::from_secs(24 * 3_600 + 60);
        assert_eq!(self.scheduler.tick(now).await.unwrap().done, 1);
        agency.world.tail.catch_up().await;
    }
}
