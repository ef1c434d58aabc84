//! A press office with an empty record, which publishes by the API as editors do.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};
use rustix::process::{Resource, getrlimit, setrlimit};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::process::{self, Server};

/// See the module.
pub struct Office {
    griot: PathBuf,
    data: PathBuf,
    settings: Vec<(String, String)>,
    key: String,
}

/// Its server, and an administrator who uses it.
pub struct Desk {
    pub server: Server,
    key: String,
}

impl Office {
    /// Makes a record below `home`; `settings` are variables of all its processes.
    pub fn new(griot: &Path, home: &Path, settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut office = Self { griot: griot.into(), data: home.join("record"), settings, key: String::new() };
        office.run(&["migrate"])?;
        office.key = office.run(&["key", "create", "--role", "administrator", "--name", "Bench"])?;
        Ok(office)
    }

    /// Runs a command of the binary for the last it prints.
    pub fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        Ok(process::output(self.command(arguments))?.trim().to_owned())
    }

    /// Starts its server.
    pub fn open(&self) -> anyhow::Result<Desk> {
        let server = Server::start(self.command(&["serve", "--bind", "127.0.0.1:0"]))?;
        Ok(Desk { server, key: self.key.clone() })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.griot);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GRIOT_")) {
            command.env_remove(name);
        }
        command.args(arguments).arg("--data").arg(&self.data);
        command.env("GRIOT_LOG_LEVEL", "warn");
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.data.parent().unwrap_or(Path::new(".")));
        command
    }
}

/// A draft: its id and revision, as acts take them.
pub type Draft = Value;

impl Desk {
    /// Writes an article.
    pub async fn create(&self) -> anyhow::Result<Draft> {
        let input = json!({ "kind": "NEWS", "issuedAt": "2026-03-01T09:00:00Z", "texts": texts(0) });
        self.act("articleCreate", "ArticleCreate", "draft { contentId expectedRevision: revision }", input).await
    }

    /// Gives it another text.
    pub async fn edit(&self, draft: &Draft, event: usize) -> anyhow::Result<Draft> {
        let mut input = draft.clone();
        input["texts"] = texts(event);
        self.act("articleUpdate", "ArticleUpdate", "draft { contentId expectedRevision: revision }", input).await
    }

    /// Makes it public as it is.
    pub async fn publish(&self, draft: &Draft) -> anyhow::Result<Draft> {
        let input = json!({ "items": [draft] });
        let result = "drafts { contentId expectedRevision: revision }";
        let mut drafts = self.act("contentPublish", "ContentPublish", result, input).await?;
        Ok(drafts[0].take())
    }

    /// Takes it back for ever.
    pub async fn kill(&self, draft: &Draft) -> anyhow::Result<()> {
        let mut input = draft.clone();
        input["reason"] = "An exercise.".into();
        self.act("contentKill", "ContentKill", "draft { contentId }", input).await?;
        Ok(())
    }

    async fn act(&self, field: &str, input_type: &str, result: &str, input: Value) -> anyhow::Result<Value> {
        let query = format!(
            "mutation($input: {input_type}Input!) {{ {field}(input: $input) {{ {result} userErrors {{ message }} }} }}"
        );
        let body = json!({ "query": query, "variables": { "input": input } }).to_string();
        let head = format!(
            "POST /editorial/graphql HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: \
             application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.server.address,
            self.key,
            body.len()
        );
        let mut stream = TcpStream::connect(self.server.address).await?;
        stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        let answer = String::from_utf8(answer)?;
        let (_, body) = answer.split_once("\r\n\r\n").context("no whole answer came")?;
        let mut answer: Value = serde_json::from_str(body).with_context(|| answer.clone())?;
        let payload = &mut answer["data"][field];
        ensure!(payload["userErrors"] == json!([]), "{answer}");
        Ok(payload[result.split(' ').next().unwrap_or_default()].take())
    }
}

fn texts(event: usize) -> Value {
    let summary = "Le Président de la Transition a reçu les ambassadeurs accrédités au Mali pour un échange de vues.";
    let headline = format!("Un communiqué de ce jour, {event}");
    let body = json!({ "markdown": "Un paragraphe.\n" });
    json!([{ "locale": "fr", "headline": headline, "summary": summary, "body": body }])
}

/// Whether a goal is met, in words.
pub fn verdict(found: f64, goal: f64, unit: &str) -> String {
    format!("{} (goal: at most {goal:.0} {unit})", if found <= goal { "PASS" } else { "MISS" })
}

/// Milliseconds.
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// Of a list in order.
pub fn quantile(sorted: &[Duration], share: f64) -> Duration {
    let place = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(place.saturating_sub(1)).copied().unwrap_or_default()
}

/// The server inherits it, and has as many sockets as there are here.
pub fn raise_file_limit() -> anyhow::Result<()> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    Ok(setrlimit(Resource::Nofile, limit)?)
}
