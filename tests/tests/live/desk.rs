//! A record with somebody who publishes.

use griot_testbed::Backend;
use griot_tests::{Client, Record, Server};
use serde_json::{Value, json};

/// All that is told of a change.
pub const CHANGED: &str = "subscription($after: String) { changed(after: $after) { cursor contentId kind } }";

pub struct Desk {
    pub record: Record,
    pub key: String,
}

impl Desk {
    pub fn open(backend: Backend) -> Self {
        let record = Record::new(backend);
        record.run(&["migrate"]).expect_success();
        let key = record.key(&["--role", "administrator", "--name", "Desk"]);
        Self { record, key }
    }

    /// A server that follows the journal, with these settings.
    pub fn serve(&self, settings: &[(&str, &str)]) -> Server {
        self.serve_as(&["serve", "--bind", "127.0.0.1:0"], settings)
    }

    pub fn serve_as(&self, args: &[&str], settings: &[(&str, &str)]) -> Server {
        let mut command = self.record.command(args);
        command.env("GRIOT_METRICS_BIND", "127.0.0.1:0");
        let server = Server::start({
            command.envs(settings.iter().copied());
            command
        });
        while server.figure("griot_tail_blind") > 0.0 {
            std::thread::yield_now();
        }
        server
    }

    pub fn at(&self, server: &Server) -> Client {
        server.client("/editorial/graphql", Some(&self.key))
    }
}

pub fn topic(desk: &Client, name: &str) -> Value {
    desk.draft("topicCreate", json!({ "texts": [{ "locale": "fr", "name": name }] }))
}

pub fn text(headline: &str, body: &str) -> Value {
    json!([{ "locale": "fr", "headline": headline, "body": { "markdown": format!("{body}\n") } }])
}

pub fn article(desk: &Client, headline: &str, body: &str) -> Value {
    let input = json!({ "kind": "NEWS", "issuedAt": "2026-03-01T09:00:00Z", "texts": text(headline, body) });
    desk.draft("articleCreate", input)
}

/// Publishes a draft; what it is called from then on.
pub fn publish(desk: &Client, draft: &Value) -> Value {
    let drafts = desk.done("contentPublish", json!({ "items": [draft] }))["drafts"].take();
    json!({ "contentId": drafts[0]["contentId"], "expectedRevision": drafts[0]["revision"] })
}

/// A draft with something more in it.
pub fn with(draft: &Value, name: &str, value: Value) -> Value {
    let mut draft = draft.clone();
    draft[name] = value;
    draft
}
