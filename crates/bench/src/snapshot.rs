//! A first copy of everything, as a partner makes it: `/v1/changes` from the beginning to the end.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::ensure;
use serde::Deserialize;

use crate::load::{Connection, LoadError};
use crate::process::Server;
use crate::trade::path;

/// Where a copy begins, with as many changes at a time as there may be.
const BEGIN: &str = "/v1/changes?limit=500";
/// How long a server may take to sort a large record into products.
const SORTING: Duration = Duration::from_secs(900);

/// What a copy took.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Items told.
    pub items: usize,
    /// Number of the last publication told of.
    pub head: i64,
    /// Bytes of all pages.
    pub bytes: usize,
    pub elapsed: Duration,
    /// Memory of the server's own before, at most in the first tenth, at most after that, and after it, in bytes.
    pub memory: [u64; 4],
}

/// As much of an answer as a client needs.
#[derive(Deserialize)]
pub struct Page {
    pub changes: Vec<Change>,
    /// Where it goes on.
    pub next: String,
    pub has_more: bool,
}

#[derive(Deserialize)]
pub struct Change {
    pub kind: String,
    #[serde(default)]
    pub links: Links,
}

#[derive(Default, Deserialize)]
pub struct Links {
    pub ninjs: Option<String>,
}

#[derive(Deserialize)]
struct Head {
    head_seq: String,
}

/// Reads it all, as everybody may or with the key of a partner.
pub async fn read(server: &Server, key: Option<&str>) -> anyhow::Result<Snapshot> {
    let mut connection = Connection::open(server.address).await?;
    let begin = Instant::now();
    let before = server.own_bytes();
    let (mut items, mut bytes, mut seen) = (0, 0, Vec::new());
    let mut next = None;
    let head = loop {
        let body = ask(&mut connection, server.address, key, next.as_deref()).await?;
        let Page { changes, next: following, has_more } = parse(body)?;
        items += changes.len();
        bytes += body.len();
        let Head { head_seq } = parse(body)?;
        seen.push(server.own_bytes());
        if !has_more {
            break head_seq.parse()?;
        }
        next = path(&following).map(str::to_owned);
    };
    ensure!(items > 0, "a copy of nothing");
    let elapsed = begin.elapsed();
    let most = |part: &[u64]| part.iter().copied().max().unwrap_or(before);
    let (early, late) = seen.split_at(seen.len().div_ceil(10));
    let memory = [before, most(early), most(late), server.own_bytes()];
    Ok(Snapshot { items, head, bytes, elapsed, memory })
}

/// Waits until a partner is told of everything up to publication `head`.
pub async fn wait_for_sorting(address: SocketAddr, key: &str, head: i64) -> anyhow::Result<()> {
    let mut connection = Connection::open(address).await?;
    let begin = Instant::now();
    loop {
        let path = "/v1/changes?limit=1";
        let Head { head_seq } = parse(ask(&mut connection, address, Some(key), Some(path)).await?)?;
        if head_seq.parse::<i64>()? >= head {
            println!("sorted into products after {:.1} s", begin.elapsed().as_secs_f64());
            return Ok(());
        }
        ensure!(begin.elapsed() < SORTING, "sorted up to {head_seq} of {head} in {} s", SORTING.as_secs());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// One page, the first one when no path is given.
pub async fn page(
    connection: &mut Connection,
    address: SocketAddr,
    key: Option<&str>,
    path: Option<&str>,
) -> Result<Page, LoadError> {
    parse(ask(connection, address, key, path).await?)
}

async fn ask<'a>(
    connection: &'a mut Connection,
    address: SocketAddr,
    key: Option<&str>,
    path: Option<&str>,
) -> Result<&'a [u8], LoadError> {
    let key = key.map(|key| format!("Authorization: Bearer {key}\r\n")).unwrap_or_default();
    let request = format!("GET {} HTTP/1.1\r\nHost: {address}\r\n{key}\r\n", path.unwrap_or(BEGIN));
    connection.exchange(request.as_bytes()).await
}

fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, LoadError> {
    serde_json::from_slice(body).map_err(|err| LoadError::Malformed(err.to_string()))
}
