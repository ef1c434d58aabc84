//! Somebody who writes over HTTP, hears nothing when the server dies, and asks again when it is back.

use fastrand::Rng;
use griot_domain::{IdSource, RandomIds};
use griot_tests::{Client, act};
use serde_json::{Value, json};

use crate::ledger::{Ledger, Line};

/// How often an article is published.
const TIMES: u64 = 4;

pub struct Writer {
    pub key: String,
    /// As the audit log names who has the key.
    pub author: String,
    /// What was asked and not answered.
    waiting: Option<Request>,
    article: Option<Article>,
    random: Rng,
}

#[derive(Clone)]
struct Request {
    mutation: &'static str,
    input: Value,
}

/// The article under work, as last acknowledged.
struct Article {
    id: Value,
    revision: Value,
    /// The number in its headline.
    number: u64,
    is_published: bool,
}

impl Writer {
    pub fn new(key: String, seed: u64) -> Self {
        let author = format!("key:{}", key.split('_').nth(2).unwrap());
        Self { key, author, waiting: None, article: None, random: Rng::with_seed(seed) }
    }

    /// Whether it does not know if its last act was done.
    pub fn waits(&self) -> bool {
        self.waiting.is_some()
    }

    /// Makes articles and publishes each several times over, until no answer comes any more.
    pub fn write(&mut self, client: &Client, ledger: &Ledger) {
        while self.step(client, ledger) {}
    }

    /// Asks again for what was not answered; the same key, so that it is not done twice.
    pub fn settle(&mut self, client: &Client, ledger: &Ledger) {
        assert!(!self.waits() || self.step(client, ledger), "the server answers");
    }

    /// One act, sometimes asked for twice. Returns whether there was an answer.
    fn step(&mut self, client: &Client, ledger: &Ledger) -> bool {
        let request = self.waiting.take().unwrap_or_else(|| self.next());
        let Some(payload) = ask(client, &request) else {
            self.waiting = Some(request);
            return false;
        };
        ledger.write(self.heard(&request, &payload));
        if self.random.u8(..4) > 0 {
            return true;
        }
        match ask(client, &request) {
            Some(again) => {
                assert_eq!(again, payload, "who asks again is told the same");
                true
            }
            None => false,
        }
    }

    fn next(&self) -> Request {
        let key = RandomIds.next_id().to_string();
        match &self.article {
            None => {
                let texts = json!([text(1)]);
                let input = json!({ "kind": "NEWS", "issuedAt": "2026-03-01T09:00:00Z", "texts": texts });
                Request { mutation: "articleCreate", input }.with_key(key)
            }
            Some(article) if article.is_published => {
                let texts = json!([text(article.number + 1)]);
                let input = json!({ "contentId": article.id, "expectedRevision": article.revision, "texts": texts });
                Request { mutation: "articleUpdate", input }.with_key(key)
            }
            Some(article) => {
                let items = json!([{ "contentId": article.id, "expectedRevision": article.revision }]);
                Request { mutation: "contentPublish", input: json!({ "items": items }) }.with_key(key)
            }
        }
    }

    fn heard(&mut self, request: &Request, payload: &Value) -> Line {
        let is_published = request.mutation == "contentPublish";
        let draft = if is_published { &payload["drafts"][0] } else { &payload["draft"] };
        let before = self.article.as_ref().map_or(0, |article| article.number);
        let number = if is_published { before } else { before + 1 };
        let article =
            Article { id: draft["contentId"].clone(), revision: draft["revision"].clone(), number, is_published };
        let line = Line {
            author: self.author.clone(),
            id: article.id.as_str().unwrap().parse().unwrap(),
            revision: article.revision.as_i64().unwrap(),
            published: is_published.then_some(number),
        };
        self.article = Some(article).filter(|article| !is_published || article.number < TIMES);
        line
    }
}

impl Request {
    fn with_key(mut self, key: String) -> Self {
        self.input["idempotencyKey"] = json!(key);
        self
    }
}

/// The payload, `None` when no whole answer came.
fn ask(client: &Client, request: &Request) -> Option<Value> {
    let answer = client.post(&act(request.mutation), &json!({ "input": request.input })).ok()?;
    let mut answer: Value = serde_json::from_slice(&answer.body).unwrap();
    let payload = answer["data"][request.mutation].take();
    assert_eq!(payload["userErrors"], json!([]), "{} {}: {answer}", request.mutation, request.input);
    Some(payload)
}

fn text(number: u64) -> Value {
    json!({ "locale": "fr", "headline": number.to_string(), "body": { "markdown": "Un.\n" } })
}
