//! A served toy schema, and an HTTP client that can misbehave.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use griot_front::{Checked, Front, FrontOptions, Limits, Refusal, ServeOptions, serve, shell};
use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::toy::{self, ToySchema};

/// What a test needs to be different about the server.
#[derive(Clone, Default)]
pub struct Setup {
    pub limits: Limits,
    pub options: FrontOptions,
    pub serve: ServeOptions,
}

impl Setup {
    pub fn front(self) -> Front<ToySchema> {
        Front::new(toy::schema(), &toy::sdl(), self.limits, self.options).unwrap()
    }
}

/// The verdict on a document with the default limits, without running it.
pub fn check(query: &str) -> Result<Checked, Refusal> {
    check_with(query, json!({}))
}

pub fn check_with(query: &str, variables: Value) -> Result<Checked, Refusal> {
    let Value::Object(variables) = variables else { panic!("variables are an object") };
    Setup::default().front().check(query, None, variables)
}

/// The verdict by a schema of its own.
pub fn check_against(sdl: &str, query: &str, variables: Map<String, Value>) -> Result<Checked, Refusal> {
    let limits = Limits { cost: u64::MAX, ..Limits::default() };
    Front::new(toy::schema(), sdl, limits, FrontOptions::default()).unwrap().check(query, None, variables)
}

/// A server on a port of its own, stopped when dropped.
pub struct Server {
    pub address: SocketAddr,
    pub stop: Option<oneshot::Sender<()>>,
    pub task: JoinHandle<std::io::Result<()>>,
}

impl Server {
    pub async fn start() -> Self {
        Self::start_with(Setup::default()).await
    }

    pub async fn start_with(setup: Setup) -> Self {
        let (limits, serve_options) = (setup.limits.clone(), setup.serve.clone());
        Self::serve(shell(Arc::new(setup.front()).routes("/graphql"), &limits), serve_options).await
    }

    /// A server of a router of the test's own.
    pub async fn start_router(router: Router) -> Self {
        Self::serve(shell(router, &Limits::default()), ServeOptions::default()).await
    }

    async fn serve(router: Router, serve_options: ServeOptions) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(serve(listener, router, serve_options, async {
            let _ = stopped.await;
        }));
        Self { address, stop: Some(stop), task }
    }

    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends one request on a connection of its own. `Content-Length` is added where there is a body.
    pub async fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut stream = self.connect().await;
        let mut head = format!("{method} {target} HTTP/1.1\r\nHost: toy\r\nConnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if method == "POST" || !body.is_empty() {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        // A server that has seen enough closes before all is sent.
        let _ = stream.write_all(body).await;
        Answer::read(&mut stream).await.expect("an answer")
    }

    /// A GraphQL request by POST, from a client that knows the newer media type.
    pub async fn post(&self, body: Value) -> Answer {
        let headers = [("Content-Type", "application/json"), ("Accept", "application/graphql-response+json")];
        self.send("POST", "/graphql", &headers, body.to_string().as_bytes()).await
    }

    pub async fn query(&self, query: &str) -> Answer {
        self.post(json!({ "query": query })).await
    }

    /// Fails the test unless the server still answers.
    pub async fn assert_alive(&self) {
        let answer = self.query("{ hello }").await;
        assert_eq!((answer.status, answer.text()), (200, r#"{"data":{"hello":"Hello, world!"}}"#));
    }
}

/// A response, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    /// Reads until the server closes; `None` when it closes without an answer.
    pub async fn read(stream: &mut TcpStream) -> Option<Self> {
        let mut bytes = Vec::new();
        let mut chunk = [0; 16 * 1024];
        loop {
            match tokio::time::timeout(Duration::from_secs(30), stream.read(&mut chunk)).await.expect("an end") {
                Ok(0) | Err(_) => break,
                Ok(read) => bytes.extend_from_slice(&chunk[..read]),
            }
        }
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1)?.parse().unwrap();
        Some(Self { status, head, body: bytes[end + 4..].to_vec() })
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// Code of the first error.
    pub fn code(&self) -> String {
        let json = self.json();
        assert_eq!(json.get("data"), None, "a refused request has no data");
        json["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }

    pub fn message(&self) -> String {
        self.json()["errors"][0]["message"].as_str().unwrap_or_default().to_owned()
    }
}
