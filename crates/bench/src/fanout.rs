//! One publication, and many endpoints of partners that are told of it: how long the last of them waits.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use clap::Args;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use crate::load::Connection;
use crate::office::{Desk, Office, ms, quantile, raise_file_limit, verdict};

/// Endpoints that a partner may have.
const EACH: usize = 10;
/// Goal: milliseconds to the last delivery (p99). A kill has five seconds to reach every channel.
const GOAL: f64 = 5_000.0;
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// Pause between events, in which whatever the last one left behind is done.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Args)]
pub struct Fanout {
    /// The binary under measurement
    #[arg(long, value_name = "FILE")]
    griot: PathBuf,
    /// Endpoints, ten of each partner
    #[arg(long, default_value_t = 1_000)]
    endpoints: usize,
    /// Publications, a kill after them
    #[arg(long, default_value_t = 5)]
    events: usize,
}

/// An event that an endpoint got.
struct Heard {
    endpoint: usize,
    at: Instant,
    is_kill: bool,
}

/// Measures and prints. Figures never fail a run, missing events do.
pub async fn run(options: Fanout) -> anyhow::Result<ExitCode> {
    let griot = fs::canonicalize(&options.griot)
        .with_context(|| format!("there is no binary at {}; `make release` builds it", options.griot.display()))?;
    raise_file_limit()?;
    let home = tempfile::Builder::new().prefix("griot-bench-").tempdir()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let place = listener.local_addr()?.to_string();
    let (told, mut heard) = mpsc::unbounded_channel();
    let receiver = tokio::spawn(async move { axum::serve(listener, receiver(told)).await });

    let settings =
        [("GRIOT_WEBHOOKS_ALLOWED_HOSTS", place.as_str()), ("GRIOT_SERVER_MAX_CONNECTIONS_PER_ADDRESS", "0")];
    let office = Office::new(&griot, home.path(), &settings)?;
    let keys = (0..options.endpoints.div_ceil(EACH)).map(|number| {
        let name = format!("Partner {number}");
        office.run(&["partner", "add", &name, "--requests-per-minute", "100000"])?;
        office.run(&["partner", "key", &name])
    });
    let keys = keys.collect::<anyhow::Result<Vec<_>>>()?;
    let desk = office.open()?;
    let begin = Instant::now();
    for number in 0..options.endpoints {
        add_endpoint(&desk, &keys[number / EACH], &format!("http://{place}/{number}")).await?;
    }
    println!("{} endpoints added and verified in {:.1} s", options.endpoints, begin.elapsed().as_secs_f64());

    let before = (desk.server.cpu()?, desk.server.own_bytes());
    let mut article = desk.create().await?;
    let (mut firsts, mut medians, mut lasts, mut acts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for event in 1..=options.events {
        let sent = Instant::now();
        article = desk.publish(&article).await?;
        acts.push(sent.elapsed());
        let arrived = all(&mut heard, options.endpoints, false).await?;
        firsts.push(arrived[0].duration_since(sent));
        medians.push(arrived[arrived.len() / 2].duration_since(sent));
        lasts.push(arrived[arrived.len() - 1].duration_since(sent));
        tokio::time::sleep(PAUSE).await;
        if event < options.events {
            article = desk.edit(&article, event).await?;
        }
    }
    let cpu = desk.server.cpu()?.saturating_sub(before.0);
    let sent = Instant::now();
    desk.kill(&article).await?;
    let arrived = all(&mut heard, options.endpoints, true).await?;
    let kill = arrived[arrived.len() - 1].duration_since(sent);
    let grown = desk.server.own_bytes().saturating_sub(before.1);
    receiver.abort();

    [&mut firsts, &mut medians, &mut lasts, &mut acts].into_iter().for_each(|list| list.sort_unstable());
    println!("{} publications, times from the sending of the act", options.events);
    println!("the act is answered:       p50 {:8.1} ms", ms(quantile(&acts, 0.5)));
    println!("the first has heard:       p50 {:8.1} ms", ms(quantile(&firsts, 0.5)));
    println!("half of them have heard:   p50 {:8.1} ms", ms(quantile(&medians, 0.5)));
    let (p50, p99) = (ms(quantile(&lasts, 0.5)), ms(quantile(&lasts, 0.99)));
    println!("the last has heard:        p50 {p50:8.1} ms   p99 {p99:8.1} ms   {}", verdict(p99, GOAL, "ms"));
    println!("the last has heard of a kill:  {:8.1} ms   {}", ms(kill), verdict(ms(kill), GOAL, "ms"));
    let each = cpu.as_secs_f64() * 1e6 / (options.events * options.endpoints) as f64;
    println!("processor time of the server: {each:.0} µs a delivery; its memory grew by {} MB", grown / 1_000_000);
    Ok(ExitCode::SUCCESS)
}

/// The endpoints: each answers what it is asked to prove, and takes whatever else comes.
fn receiver(told: UnboundedSender<Heard>) -> Router {
    Router::new().route("/{endpoint}", post(hear)).with_state(told)
}

async fn hear(Path(endpoint): Path<usize>, State(told): State<UnboundedSender<Heard>>, body: Bytes) -> Response {
    let at = Instant::now();
    let event: Value = match serde_json::from_slice(&body) {
        Ok(event) => event,
        Err(_) => return StatusCode::BAD_REQUEST.into_response(),
    };
    if event["type"] == "endpoint.verification" {
        return axum::Json(json!({ "challenge": event["data"]["challenge"] })).into_response();
    }
    let is_kill = event["type"] == "item.killed";
    // Whoever has heard enough has gone.
    told.send(Heard { endpoint, at, is_kill }).ok();
    StatusCode::NO_CONTENT.into_response()
}

/// When each endpoint heard of it, in order.
async fn all(heard: &mut UnboundedReceiver<Heard>, count: usize, is_kill: bool) -> anyhow::Result<Vec<Instant>> {
    let mut endpoints = HashSet::with_capacity(count);
    let mut arrived = Vec::with_capacity(count);
    while arrived.len() < count {
        match tokio::time::timeout(PATIENCE, heard.recv()).await {
            Ok(Some(event)) if event.is_kill == is_kill => {
                ensure!(endpoints.insert(event.endpoint), "endpoint {} was told twice", event.endpoint);
                arrived.push(event.at);
            }
            Ok(Some(event)) => bail!("endpoint {} was told of something else", event.endpoint),
            _ => bail!("an event reached {} of {count} within {} s", arrived.len(), PATIENCE.as_secs()),
        }
    }
    Ok(arrived)
}

async fn add_endpoint(desk: &Desk, key: &str, url: &str) -> anyhow::Result<()> {
    let base = "/v1/partner/endpoints";
    let mut connection = Connection::open(desk.server.address).await?;
    let post = |path: &str, body: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            desk.server.address,
            body.len()
        )
    };
    let made = connection.exchange(post(base, &json!({ "url": url }).to_string()).as_bytes()).await?;
    let made: Value = serde_json::from_slice(made)?;
    let id = made["id"].as_str().with_context(|| format!("an endpoint without id: {made}"))?;
    let verified = connection.exchange(post(&format!("{base}/{id}/verify"), "").as_bytes()).await?;
    let verified: Value = serde_json::from_slice(verified)?;
    ensure!(verified["state"] == "active", "an endpoint is not active: {verified}");
    Ok(())
}
