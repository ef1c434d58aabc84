//! A closed loop over HTTP/1.1: a fixed number of connections, each asking again as soon as it is answered. One thread.

mod connection;
mod request;

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use futures_util::future::try_join_all;
use hdrhistogram::Histogram;

use self::request::{Requests, naming};
pub use connection::{Connection, LoadError};

/// What to ask, again and again.
#[derive(Clone, Debug)]
pub struct Workload {
    pub address: SocketAddr,
    /// Path of the requests.
    pub path: String,
    /// GraphQL document.
    pub document: &'static str,
    /// How it is asked.
    pub method: Method,
    /// Entity tag of the answer that the client has.
    pub known: Option<String>,
    /// JSON objects, or addresses; each request draws one at random.
    pub variables: Rc<[String]>,
    /// Stands in every right answer; a lookup that found nothing does not have it.
    pub expects: &'static str,
}

impl Workload {
    /// The same with the first `most` of its variables.
    pub fn of_at_most(mut self, most: usize) -> Self {
        if self.variables.len() > most {
            self.variables = self.variables[..most].into();
        }
        self
    }
}

/// How a request is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// Document and variables in the body.
    Post,
    /// The hash of the document, which the server has been [told](register), and the variables in the address.
    Get,
    /// No GraphQL: the variables are paths.
    Path,
}

/// What was seen.
#[derive(Clone, Debug)]
pub struct Tally {
    /// Answered requests.
    pub count: u64,
    pub elapsed: Duration,
    /// Microseconds from the request's first byte out to the answer's last byte in.
    pub latencies: Histogram<u32>,
    /// Bytes of all bodies.
    pub bytes: u64,
}

impl Default for Tally {
    fn default() -> Self {
        let latencies = Histogram::new_with_bounds(1, 60_000_000, 3).expect("constant bounds are in order");
        Self { count: 0, elapsed: Duration::ZERO, latencies, bytes: 0 }
    }
}

impl Tally {
    /// Takes in a later round of the same workload.
    pub fn add(&mut self, round: &Self) {
        self.count += round.count;
        self.elapsed += round.elapsed;
        self.bytes += round.bytes;
        self.latencies.add(&round.latencies).expect("all tallies have the same bounds");
    }

    /// Requests a second.
    pub fn rate(&self) -> f64 {
        self.count as f64 / self.elapsed.as_secs_f64()
    }

    /// Milliseconds within which `share` (0 to 1) of the requests were answered.
    pub fn quantile_ms(&self, share: f64) -> f64 {
        self.latencies.value_at_quantile(share) as f64 / 1_000.0
    }
}

/// Puts `connections` to work for `time`. The first wrong answer ends it: figures of wrong answers mean nothing.
pub async fn drive(workload: &Workload, connections: usize, time: Duration, seed: u64) -> Result<Tally, LoadError> {
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        open.push(Connection::open(workload.address).await?);
    }
    let begin = Instant::now();
    let clients = open.into_iter().enumerate().map(|(index, connection)| {
        client(workload, connection, begin + time, Rng::with_seed(seed.wrapping_add(index as u64)))
    });
    let parts = try_join_all(clients).await?;
    let mut tally = Tally::default();
    parts.iter().for_each(|part| tally.add(part));
    tally.elapsed = begin.elapsed();
    Ok(tally)
}

/// Asks once with each of the variables: what the server keeps is there afterwards.
pub async fn ask_each(workload: &Workload, connections: usize) -> Result<(), LoadError> {
    let clients = (0..connections).map(|first| async move {
        let requests = Requests::of(workload);
        let mut connection = Connection::open(workload.address).await?;
        let mut request = Vec::new();
        for variables in workload.variables.iter().skip(first).step_by(connections) {
            requests.write(variables, &mut request);
            check(workload, connection.exchange(&request).await?)?;
        }
        Ok::<_, LoadError>(())
    });
    try_join_all(clients).await?;
    Ok(())
}

async fn client(
    workload: &Workload,
    mut connection: Connection,
    end: Instant,
    mut random: Rng,
) -> Result<Tally, LoadError> {
    let requests = Requests::of(workload);
    let mut request = Vec::new();
    let mut tally = Tally::default();
    loop {
        let begin = Instant::now();
        if begin >= end {
            return Ok(tally);
        }
        requests.write(&workload.variables[random.usize(..workload.variables.len())], &mut request);
        let body = connection.exchange(&request).await?;
        check(workload, body)?;
        tally.count += 1;
        tally.bytes += body.len() as u64;
        tally.latencies.saturating_record(begin.elapsed().as_micros() as u64);
    }
}

/// Asks once.
pub async fn ask(workload: &Workload, variables: &str) -> Result<Vec<u8>, LoadError> {
    let mut request = Vec::new();
    Requests::of(workload).write(variables, &mut request);
    let mut connection = Connection::open(workload.address).await?;
    let body = connection.exchange(&request).await?;
    check(workload, body)?;
    Ok(body.to_vec())
}

/// Registers the document, so that [`Method::Get`] may name it by its hash.
pub async fn register(workload: &Workload) -> Result<(), LoadError> {
    let body = format!(
        "{{\"query\":{},\"variables\":{},\"extensions\":{}}}",
        serde_json::Value::from(workload.document),
        workload.variables[0],
        naming(workload.document)
    );
    let request = format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        workload.path,
        workload.address,
        body.len()
    );
    let mut connection = Connection::open(workload.address).await?;
    check(workload, connection.exchange(request.as_bytes()).await?)
}

/// Asks once for the entity tag of the answer.
pub async fn ask_tag(workload: &Workload, variables: &str) -> Result<String, LoadError> {
    let mut request = Vec::new();
    Requests::of(workload).write(variables, &mut request);
    let mut connection = Connection::open(workload.address).await?;
    connection.exchange(&request).await?;
    connection.last_tag().ok_or_else(|| LoadError::Malformed("the answer has no entity tag".to_owned()))
}

fn check(workload: &Workload, body: &[u8]) -> Result<(), LoadError> {
    if workload.known.is_some() && body.is_empty() {
        return Ok(());
    }
    let has = |needle: &str| memchr::memmem::find(body, needle.as_bytes()).is_some();
    if has("\"errors\"") || !has(workload.expects) {
        let body = String::from_utf8_lossy(&body[..body.len().min(600)]).into_owned();
        return Err(LoadError::Unexpected { expects: workload.expects, body });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::{self, Body};

    fn workload(address: SocketAddr, expects: &'static str) -> Workload {
        let variables = Rc::from(["{\"a\":1}".to_owned(), "{\"a\":22}".to_owned()]);
        let document = "query($a: Int) { a }";
        Workload { address, path: "/one".into(), document, method: Method::Post, known: None, variables, expects }
    }

    async fn served(bytes: &'static [u8]) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(floor::serve(listener, vec![Body { path: "/one".into(), bytes: bytes.into() }]));
        address
    }

    #[tokio::test]
    async fn every_right_answer_is_counted_with_its_time() {
        let workload = workload(served(b"{\"data\":{\"a\":1}}").await, "\"a\":");
        let tally = drive(&workload, 3, Duration::from_millis(50), 1).await.unwrap();
        assert!(tally.count >= 3);
        assert_eq!((tally.latencies.len(), tally.bytes), (tally.count, tally.count * 16));
        assert!(tally.elapsed >= Duration::from_millis(50));
    }

    #[tokio::test]
    async fn an_error_and_a_missing_object_end_the_measurement() {
        for wrong in [&b"{\"data\":{\"a\":1},\"errors\":[]}"[..], b"{\"data\":{\"b\":null}}"] {
            let workload = workload(served(wrong).await, "\"a\":");
            let error = drive(&workload, 2, Duration::from_secs(60), 1).await.unwrap_err();
            assert!(matches!(error, LoadError::Unexpected { .. }), "{error}");
        }
    }
}
