//! An endpoint that does as it is told.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What it does with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Answers with this status, and with the challenge if there is one.
    Status(u16),
    /// Asks to be left alone for so many seconds.
    Later(u16, u64),
    Redirect(String),
    /// Reads, and never answers.
    Hang,
    /// A byte of its head each tenth of a second.
    Drip,
    /// A head at once, a byte of its body each tenth of a second.
    DripBody,
    /// Breaks the connection off.
    Reset,
    /// A body of a gigabyte.
    Endless,
}

/// A call that came in whole.
#[derive(Clone, Debug)]
pub struct Call {
    pub headers: HashMap<String, String>,
    pub body: String,
    pub at: Instant,
    /// What it was told to do with it.
    pub mode: Mode,
}

impl Call {
    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn is_taken(&self) -> bool {
        matches!(self.mode, Mode::Status(200..=299))
    }
}

type Decide = Box<dyn FnMut(usize) -> Mode + Send>;

struct State {
    calls: Mutex<Vec<Call>>,
    decide: Mutex<Decide>,
    connections: AtomicUsize,
    /// Bytes of bodies that were written.
    written: AtomicUsize,
}

/// Listens for as long as the test runs.
#[derive(Clone)]
pub struct Receiver {
    address: SocketAddr,
    state: Arc<State>,
}

impl Receiver {
    pub async fn start(mode: Mode) -> Self {
        Self::deciding(move |_| mode.clone()).await
    }

    /// Asks `decide` what to do with each call; it is told how many there were before.
    pub async fn deciding(decide: impl FnMut(usize) -> Mode + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            calls: Mutex::default(),
            decide: Mutex::new(Box::new(decide)),
            connections: AtomicUsize::new(0),
            written: AtomicUsize::new(0),
        });
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(receive(stream, Arc::clone(&shared)));
            }
        });
        Self { address, state }
    }

    pub fn be(&self, mode: Mode) {
        *self.state.decide.lock().unwrap() = Box::new(move |_| mode.clone());
    }

    pub fn place(&self) -> String {
        self.address.to_string()
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The calls so far, verifications left out.
    pub fn calls(&self) -> Vec<Call> {
        let calls = self.state.calls.lock().unwrap();
        calls.iter().filter(|call| call.json()["type"] != "endpoint.verification").cloned().collect()
    }

    /// Those it answered with success.
    pub fn taken(&self) -> Vec<Call> {
        self.calls().into_iter().filter(Call::is_taken).collect()
    }

    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    pub fn written(&self) -> usize {
        self.state.written.load(Ordering::SeqCst)
    }
}

async fn receive(mut stream: TcpStream, state: Arc<State>) {
    while let Some((headers, body)) = read(&mut stream).await {
        let mode = {
            let mut calls = state.calls.lock().unwrap();
            let mode = (state.decide.lock().unwrap())(calls.len());
            calls.push(Call { headers, body: body.clone(), at: Instant::now(), mode: mode.clone() });
            mode
        };
        if answer(&mut stream, mode, &body, &state).await.is_none() {
            return;
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<(HashMap<String, String>, String)> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let headers: HashMap<String, String> = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers["content-length"].parse().unwrap();
    let mut body = bytes[end + 4..].to_vec();
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some((headers, String::from_utf8(body).unwrap()))
}

/// `None` when the connection is over.
async fn answer(stream: &mut TcpStream, mode: Mode, body: &str, state: &State) -> Option<()> {
    let (status, more) = match mode {
        Mode::Status(status) => (status, String::new()),
        Mode::Later(status, seconds) => (status, format!("Retry-After: {seconds}\r\n")),
        Mode::Redirect(location) => (302, format!("Location: {location}\r\n")),
        Mode::Reset => {
            stream.set_zero_linger().ok()?;
            return None;
        }
        Mode::Hang => {
            // Until the caller gives up.
            let _ = stream.read(&mut [0]).await;
            return None;
        }
        Mode::Drip => return drip(stream, b"HTTP/1.1 200 OK\r\nX-Slow: ").await,
        Mode::DripBody => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").await.ok()?;
            return drip(stream, b"drip").await;
        }
        Mode::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n").await.ok()?;
            let chunk = [b'x'; 65_536];
            for _ in 0..16_384 {
                stream.write_all(&chunk).await.ok()?;
                state.written.fetch_add(chunk.len(), Ordering::SeqCst);
            }
            return None;
        }
    };
    let said: Value = serde_json::from_str(body).unwrap();
    let answer = json!({ "challenge": said["data"]["challenge"] }).to_string();
    let head = format!("HTTP/1.1 {status} Said\r\n{more}Content-Length: {}\r\n\r\n{answer}", answer.len());
    stream.write_all(head.as_bytes()).await.ok()
}

async fn drip(stream: &mut TcpStream, bytes: &[u8]) -> Option<()> {
    for byte in bytes.iter().cycle() {
        stream.write_all(&[*byte]).await.ok()?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    None
}
