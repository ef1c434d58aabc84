//! Many who listen to one thing: how long the last of them waits for an event, and what memory each takes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use clap::Args;
use rustix::process::{Resource, getrlimit, setrlimit};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use crate::process::Server;
use crate::websocket::WebSocket;

/// What is listened to: about half a kilobyte an event.
const LISTEN: &str = "subscription { articlePublished { cursor at article { id slug title summary url issuedAt } } }";
/// Goals: milliseconds to the last delivery (p99), and KiB of memory for each subscriber.
const GOALS: (f64, f64) = (100.0, 8.0);
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Pause between events, in which whatever the last one left behind is done.
const PAUSE: Duration = Duration::from_millis(100);
/// Sockets opened at the same time.
const OPENING: usize = 64;

#[derive(Args)]
pub struct Live {
    /// The binary under measurement
    #[arg(long, value_name = "FILE")]
    griot: PathBuf,
    /// WebSockets with one subscription each
    #[arg(long, default_value_t = 2_000)]
    subscribers: usize,
    /// Publications
    #[arg(long, default_value_t = 20)]
    events: usize,
}

/// Measures and prints. Figures never fail a run, missing events do.
pub async fn run(options: Live) -> anyhow::Result<ExitCode> {
    let griot = fs::canonicalize(&options.griot)
        .with_context(|| format!("there is no binary at {}; `make release` builds it", options.griot.display()))?;
    raise_file_limit()?;
    let home = tempfile::Builder::new().prefix("griot-bench-").tempdir()?;
    let data = home.path().join("record");
    let output = command(&griot, &data, &["migrate"]).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let create = ["key", "create", "--role", "administrator", "--name", "Bench"];
    let output = command(&griot, &data, &create).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let key = String::from_utf8(output.stdout)?.trim().to_owned();
    let server = Server::start(command(&griot, &data, &["serve", "--bind", "127.0.0.1:0"]))?;
    let desk = Desk { server: &server, key };

    let mut article = desk.create().await?;
    let (told, mut heard) = mpsc::unbounded_channel();
    // One alone, so that what the first events allocate is not counted as the subscribers'.
    let first = open(&server, told.clone()).await?;
    article = desk.publish(&article).await?;
    next(&mut heard).await?;
    for event in 1..options.events {
        article = desk.publish(&desk.edit(&article, event).await?).await?;
        next(&mut heard).await?;
    }
    let before = server.own_bytes();
    let cpu_before = server.cpu()?;
    let begin = Instant::now();
    let seats = Arc::new(tokio::sync::Semaphore::new(OPENING));
    let opening = (1..options.subscribers).map(|_| {
        let (told, seats, server) = (told.clone(), Arc::clone(&seats), &server);
        async move {
            let _seat = seats.acquire().await?;
            open(server, told).await
        }
    });
    let mut open: Vec<_> = futures_util::future::try_join_all(opening).await?;
    open.push(first);
    let (opened, at_rest) = (begin.elapsed(), server.own_bytes());

    let (mut lasts, mut medians, mut acts) = (Vec::new(), Vec::new(), Vec::new());
    for event in 1..=options.events {
        tokio::time::sleep(PAUSE).await;
        article = desk.edit(&article, event).await?;
        let sent = Instant::now();
        let publish = desk.publish(&article);
        let hear = async {
            let mut arrived = Vec::with_capacity(options.subscribers);
            for _ in 0..options.subscribers {
                arrived.push(next(&mut heard).await?.duration_since(sent));
            }
            Ok(arrived)
        };
        let publish = async { Ok::<_, anyhow::Error>((publish.await?, sent.elapsed())) };
        let ((published, answered), arrived) = tokio::try_join!(publish, hear)?;
        article = published;
        acts.push(answered);
        medians.push(arrived[arrived.len() / 2]);
        lasts.push(arrived.last().copied().unwrap_or_default());
    }
    let after = server.own_bytes();
    let cpu = server.cpu()?.saturating_sub(cpu_before);
    for list in [&mut lasts, &mut medians, &mut acts] {
        list.sort_unstable();
    }
    let each = |bytes: u64| bytes.saturating_sub(before) as f64 / options.subscribers as f64 / 1_024.0;
    let (p50, p99) = (ms(quantile(&lasts, 0.5)), ms(quantile(&lasts, 0.99)));
    println!(
        "{} subscribers opened in {:.1} s; {} events, times from the sending of the act",
        options.subscribers,
        opened.as_secs_f64(),
        options.events
    );
    println!("the act is answered:       p50 {:6.1} ms", ms(quantile(&acts, 0.5)));
    println!("half of them have heard:   p50 {:6.1} ms", ms(quantile(&medians, 0.5)));
    println!("the last has heard:        p50 {p50:6.1} ms   p99 {p99:6.1} ms   {}", verdict(p99, GOALS.0, "ms"));
    let (rest, busy) = (each(at_rest), each(after));
    println!(
        "memory of each:  at rest {rest:4.1} KiB   after the events {busy:4.1} KiB   {}",
        verdict(busy, GOALS.1, "KiB")
    );
    println!("processor time of the server: {:.2} s", cpu.as_secs_f64());
    drop(open);
    Ok(ExitCode::SUCCESS)
}

fn verdict(found: f64, goal: f64, unit: &str) -> String {
    format!("{} (goal: at most {goal:.0} {unit})", if found <= goal { "PASS" } else { "MISS" })
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// Of a list in order.
fn quantile(sorted: &[Duration], share: f64) -> Duration {
    let place = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(place.saturating_sub(1)).copied().unwrap_or_default()
}

/// The server inherits it, and has as many sockets as there are here.
fn raise_file_limit() -> anyhow::Result<()> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    Ok(setrlimit(Resource::Nofile, limit)?)
}

fn command(griot: &Path, data: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(griot);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GRIOT_")) {
        command.env_remove(name);
    }
    command.args(args).arg("--data").arg(data);
    let settings =
        [("LIVE_CONNECTIONS_PER_ADDRESS", "0"), ("SERVER_MAX_CONNECTIONS_PER_ADDRESS", "0"), ("LOG_LEVEL", "warn")];
    command.envs(settings.map(|(name, value)| (format!("GRIOT_{name}"), value)));
    command.current_dir(data.parent().unwrap_or(Path::new(".")));
    command
}

/// A subscriber, which tells of each event the instant it has heard it.
async fn open(server: &Server, told: UnboundedSender<Instant>) -> anyhow::Result<AbortOnDrop> {
    let mut socket = WebSocket::open(server.address, "/graphql", "graphql-transport-ws").await?;
    socket.say(&json!({ "type": "connection_init" }).to_string()).await?;
    let ack = socket.hear().await?;
    ensure!(ack.windows(14).any(|text| text == b"connection_ack"), "{}", String::from_utf8_lossy(&ack));
    let asked = json!({ "type": "subscribe", "id": "1", "payload": { "query": LISTEN } });
    socket.say(&asked.to_string()).await?;
    // What was said before is dealt with when this is answered.
    socket.say(&json!({ "type": "ping" }).to_string()).await?;
    let pong = socket.hear().await?;
    ensure!(pong.windows(4).any(|text| text == b"pong"), "{}", String::from_utf8_lossy(&pong));
    let task = tokio::spawn(async move {
        while let Ok(message) = socket.hear().await {
            if message.starts_with(b"{\"type\":\"next\"") && told.send(Instant::now()).is_err() {
                return;
            }
        }
    });
    Ok(AbortOnDrop(task.abort_handle()))
}

struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn next(heard: &mut UnboundedReceiver<Instant>) -> anyhow::Result<Instant> {
    match tokio::time::timeout(PATIENCE, heard.recv()).await {
        Ok(Some(at)) => Ok(at),
        _ => bail!("an event did not reach everybody within {} s", PATIENCE.as_secs()),
    }
}

/// Publishes by the API, as an editor does.
struct Desk<'a> {
    server: &'a Server,
    key: String,
}

/// A draft: its id and revision, as acts take them.
type Draft = Value;

impl Desk<'_> {
    async fn create(&self) -> anyhow::Result<Draft> {
        let input = json!({ "kind": "NEWS", "issuedAt": "2026-03-01T09:00:00Z", "texts": texts(0) });
        self.act("articleCreate", "ArticleCreate", "draft { contentId expectedRevision: revision }", input).await
    }

    async fn edit(&self, draft: &Draft, event: usize) -> anyhow::Result<Draft> {
        let mut input = draft.clone();
        input["texts"] = texts(event);
        self.act("articleUpdate", "ArticleUpdate", "draft { contentId expectedRevision: revision }", input).await
    }

    async fn publish(&self, draft: &Draft) -> anyhow::Result<Draft> {
        let input = json!({ "items": [draft] });
        let result = "drafts { contentId expectedRevision: revision }";
        let mut drafts = self.act("contentPublish", "ContentPublish", result, input).await?;
        Ok(drafts[0].take())
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
