//! Many who listen to one thing: how long the last of them waits for an event, and what memory each takes.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use clap::Args;
use serde_json::json;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use crate::office::{Office, ms, quantile, raise_file_limit, verdict};
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
/// All sockets come from one address.
const SETTINGS: [(&str, &str); 2] =
    [("GRIOT_LIVE_CONNECTIONS_PER_ADDRESS", "0"), ("GRIOT_SERVER_MAX_CONNECTIONS_PER_ADDRESS", "0")];
/// How many times the subscribers come besides, to see what memory each takes.
const MORE: usize = 3;
/// Pause before memory is looked at: what was freed is given back by and by.
const SETTLING: Duration = Duration::from_secs(3);
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
    let office = Office::new(&griot, home.path(), &SETTINGS)?;
    let desk = office.open()?;
    let server = &desk.server;

    let mut article = desk.create().await?;
    let (told, mut heard) = mpsc::unbounded_channel();
    let begin = Instant::now();
    let mut open = open_all(server, options.subscribers, &told).await?;
    let opened = begin.elapsed();
    let cpu_before = server.cpu()?;
    let (mut lasts, mut medians, mut acts) = (Vec::new(), Vec::new(), Vec::new());
    for event in 1..=options.events {
        tokio::time::sleep(PAUSE).await;
        article = desk.edit(&article, event).await?;
        let sent = Instant::now();
        let publish = desk.publish(&article);
        let hear = all(&mut heard, options.subscribers);
        let publish = async { Ok::<_, anyhow::Error>((publish.await?, sent.elapsed())) };
        let ((published, answered), arrived) = tokio::try_join!(publish, hear)?;
        article = published;
        acts.push(answered);
        medians.push(arrived[arrived.len() / 2].duration_since(sent));
        lasts.push(arrived[arrived.len() - 1].duration_since(sent));
    }
    let cpu = server.cpu()?.saturating_sub(cpu_before);
    for list in [&mut lasts, &mut medians, &mut acts] {
        list.sort_unstable();
    }
    tokio::time::sleep(SETTLING).await;
    let few = server.own_bytes();
    // What the server keeps besides grows and shrinks by megabytes; by many more subscribers alone theirs can be told.
    let more = MORE * options.subscribers;
    open.extend(open_all(server, more, &told).await?);
    for event in 1..=options.events {
        article = desk.publish(&desk.edit(&article, event).await?).await?;
        all(&mut heard, options.subscribers + more).await?;
    }
    tokio::time::sleep(SETTLING).await;
    let each = server.own_bytes().saturating_sub(few) as f64 / more as f64 / 1_024.0;
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
    println!("memory of each of {more} more: {each:4.1} KiB   {}", verdict(each, GOALS.1, "KiB"));
    println!("processor time of the server: {:.2} s", cpu.as_secs_f64());
    drop(open);
    Ok(ExitCode::SUCCESS)
}

async fn open_all(server: &Server, count: usize, told: &UnboundedSender<Instant>) -> anyhow::Result<Vec<AbortOnDrop>> {
    let seats = Arc::new(tokio::sync::Semaphore::new(OPENING));
    let opening = (0..count).map(|_| {
        let (told, seats) = (told.clone(), Arc::clone(&seats));
        async move {
            let _seat = seats.acquire().await?;
            open(server, told).await
        }
    });
    futures_util::future::try_join_all(opening).await
}

/// When each subscriber has heard of an event, in order.
async fn all(heard: &mut UnboundedReceiver<Instant>, count: usize) -> anyhow::Result<Vec<Instant>> {
    let mut arrived = Vec::with_capacity(count);
    while arrived.len() < count {
        arrived.push(next(heard).await?);
    }
    Ok(arrived)
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
