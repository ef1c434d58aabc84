//! An OpenID Connect provider on this machine: it answers what it is told to, and counts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use griot_access::{KeySource, OidcSettings, Role, SigningAlgorithm};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::Signer;

pub const AUDIENCE: &str = "griot-editorial";

/// Ends when it is dropped.
pub struct Provider {
    pub issuer: String,
    answers: Arc<Mutex<Answers>>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Answers {
    by_path: HashMap<String, (u16, String)>,
    asked: HashMap<String, usize>,
}

impl Provider {
    /// With a discovery document and these keys.
    pub async fn start(signers: &[&Signer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let answers = Arc::<Mutex<Answers>>::default();
        let task = tokio::spawn(serve(listener, answers.clone()));
        let provider = Self { issuer, answers, task };
        let jwks_uri = format!("{}/keys", provider.issuer);
        let configuration = json!({"issuer": provider.issuer, "jwks_uri": jwks_uri});
        provider.answer("/.well-known/openid-configuration", 200, &configuration.to_string());
        provider.publish(signers);
        provider
    }

    /// Replaces the keys.
    pub fn publish(&self, signers: &[&Signer]) {
        let keys: Vec<_> = signers.iter().map(|signer| signer.jwk()).collect();
        self.answer("/keys", 200, &json!({"keys": keys}).to_string());
    }

    /// Replaces an answer.
    pub fn answer(&self, path: &str, status: u16, body: &str) {
        self.answers.lock().unwrap().by_path.insert(path.to_owned(), (status, body.to_owned()));
    }

    /// How often it was asked for its keys.
    pub fn asked(&self) -> usize {
        self.answers.lock().unwrap().asked.get("/keys").copied().unwrap_or_default()
    }

    /// Claims of an editor that are in order at `now`.
    pub fn claims(&self, now: i64) -> Value {
        json!({
            "iss": self.issuer, "aud": AUDIENCE, "sub": "awa", "name": "Awa Traoré", "iat": now, "nbf": now,
            "exp": now + 300, "realm_access": {"roles": ["offline_access", "press-editor"]},
        })
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Settings that fit the provider.
pub fn settings(provider: &Provider) -> OidcSettings {
    let role = |value: &str, role| (value.to_owned(), role);
    OidcSettings {
        issuer: provider.issuer.clone(),
        audience: AUDIENCE.to_owned(),
        authorized_parties: Vec::new(),
        algorithms: vec![SigningAlgorithm::Rs256, SigningAlgorithm::Es256],
        keys: KeySource::Discovery,
        role_claim: "realm_access.roles".to_owned(),
        roles: [role("press-editor", Role::Editor), role("press-publisher", Role::Publisher)].into(),
        leeway: Duration::from_secs(30),
        allow_loopback_http: true,
    }
}

async fn serve(listener: TcpListener, answers: Arc<Mutex<Answers>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let answers = answers.clone();
        tokio::spawn(async move { respond(stream, &answers).await.ok() });
    }
}

async fn respond(stream: TcpStream, answers: &Mutex<Answers>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    while line.trim() != "" {
        line.clear();
        stream.read_line(&mut line).await?;
    }
    let (status, body) = {
        let mut answers = answers.lock().unwrap();
        *answers.asked.entry(path.clone()).or_default() += 1;
        answers.by_path.get(&path).cloned().unwrap_or((404, String::new()))
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} X\r\nlocation: /elsewhere\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all((head + &body).as_bytes()).await?;
    stream.shutdown().await
}
