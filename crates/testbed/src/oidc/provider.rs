//! An OpenID Connect provider on this machine: it answers what it is told to, and counts.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::Signer;

/// What its tokens are for.
pub const AUDIENCE: &str = "griot-editorial";

/// Answers until the process ends.
#[derive(Debug)]
pub struct Provider {
    /// Its address, such as `http://127.0.0.1:40123`.
    pub issuer: String,
    answers: Arc<Mutex<Answers>>,
}

#[derive(Debug, Default)]
struct Answers {
    by_path: HashMap<String, (u16, String)>,
    asked: HashMap<String, usize>,
}

impl Provider {
    /// With a discovery document and these keys.
    ///
    /// # Panics
    /// When this machine has no free port.
    pub fn start(signers: &[&Signer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let issuer = format!("http://{address}");
        let answers = Arc::<Mutex<Answers>>::default();
        let known = Arc::clone(&answers);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let known = Arc::clone(&known);
                std::thread::spawn(move || respond(stream, &known).ok());
            }
        });
        let provider = Self { issuer, answers };
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
        lock(&self.answers).by_path.insert(path.to_owned(), (status, body.to_owned()));
    }

    /// How often it was asked for its keys.
    pub fn asked(&self) -> usize {
        lock(&self.answers).asked.get("/keys").copied().unwrap_or_default()
    }

    /// Claims of an editor that are in order at `now`, in seconds since 1970, and for five minutes.
    pub fn claims(&self, now: i64) -> Value {
        json!({
            "iss": self.issuer, "aud": AUDIENCE, "sub": "awa", "name": "Awa Traoré", "iat": now, "nbf": now,
            "exp": now + 300, "realm_access": {"roles": ["offline_access", "press-editor"]},
        })
    }
}

fn lock(answers: &Mutex<Answers>) -> MutexGuard<'_, Answers> {
    answers.lock().unwrap_or_else(PoisonError::into_inner)
}

fn respond(stream: TcpStream, answers: &Mutex<Answers>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    while line.trim() != "" {
        line.clear();
        stream.read_line(&mut line)?;
    }
    let (status, body) = {
        let mut answers = lock(answers);
        *answers.asked.entry(path.clone()).or_default() += 1;
        answers.by_path.get(&path).cloned().unwrap_or((404, String::new()))
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} X\r\nlocation: /elsewhere\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.get_mut().write_all((head + &body).as_bytes())
}
