//! A server that others call, on a port of its own.

use std::collections::VecDeque;
use std::io::{BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Incoming;

/// What is done at each call.
type Act = Box<dyn FnMut(&Call) + Send>;

/// What it does with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Answers with this status.
    Status(u16),
    /// Answers with this status and asks to be left alone for so many seconds.
    Later(u16, u64),
    /// Sends the caller elsewhere.
    Redirect(String),
    /// Never answers.
    Hang,
    /// Breaks the connection off.
    Reset,
}

/// A call that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    #[allow(missing_docs)]
    pub request: Incoming,
    /// When it had come in whole.
    pub at: Instant,
    /// What was done with it.
    pub reply: Reply,
}

impl Call {
    /// Whether it was answered with a status of success.
    pub fn is_confirmed(&self) -> bool {
        matches!(self.reply, Reply::Status(200..=299))
    }
}

#[derive(Default)]
struct State {
    calls: Vec<Call>,
    connections: usize,
    next: VecDeque<Reply>,
    usual: Option<Reply>,
    /// Done for each confirmed call before it is confirmed.
    act: Option<Act>,
}

/// Receives calls for as long as the process lives.
pub struct Receiver {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Receiver {
    /// Confirms every call with 200 until told otherwise.
    ///
    /// # Panics
    /// When no port is free.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || receive(stream, &state));
            }
        });
        Self { address, state }
    }

    /// Such as `127.0.0.1:40123`.
    pub fn place(&self) -> String {
        self.address.to_string()
    }

    /// The next calls get these replies, those after them the last one again and again.
    pub fn reply(&self, replies: impl IntoIterator<Item = Reply>) {
        let mut state = self.lock();
        state.next = replies.into_iter().collect();
        state.usual = state.next.back().cloned();
    }

    /// Has `act` done for each call that is confirmed, before it is.
    pub fn on_confirm(&self, act: impl FnMut(&Call) + Send + 'static) {
        self.lock().act = Some(Box::new(act));
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    /// Connections so far, whatever came of them.
    pub fn connections(&self) -> usize {
        self.lock().connections
    }

    /// Forgets the calls so far.
    pub fn clear(&self) {
        self.lock().calls.clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no receiver panicked")
    }
}

fn receive(mut stream: TcpStream, state: &Mutex<State>) {
    state.lock().expect("no receiver panicked").connections += 1;
    let Some(request) = Incoming::read(&mut BufReader::new(&stream)) else { return };
    let said = said_to(&request);
    let answer = {
        let mut state = state.lock().expect("no receiver panicked");
        let usual = state.usual.clone().unwrap_or(Reply::Status(200));
        let reply = state.next.pop_front().unwrap_or(usual);
        let call = Call { request, at: Instant::now(), reply: reply.clone() };
        if let Some(act) = state.act.as_mut().filter(|_| call.is_confirmed()) {
            act(&call);
        }
        state.calls.push(call);
        reply
    };
    let (status, more) = match answer {
        Reply::Status(status) => (status, String::new()),
        Reply::Later(status, seconds) => (status, format!("Retry-After: {seconds}\r\n")),
        Reply::Redirect(location) => (302, format!("Location: {location}\r\n")),
        Reply::Reset => return,
        Reply::Hang => {
            // Until the caller gives up.
            let _ = stream.set_read_timeout(Some(Duration::from_secs(120)));
            let _ = stream.read(&mut [0]);
            return;
        }
    };
    let head = format!("HTTP/1.1 {status} Said\r\n{more}Content-Length: {}\r\nConnection: close\r\n\r\n", said.len());
    let _ = stream.write_all((head + &said).as_bytes());
}

/// What it says to show that it wants what it is asked about: a challenge given back, as webhooks or as hubs have it.
fn said_to(request: &Incoming) -> String {
    let query = request.target.split_once('?').map_or("", |(_, query)| query);
    match query.split('&').find_map(|pair| pair.strip_prefix("hub.challenge=")) {
        Some(challenge) => challenge.to_owned(),
        None => {
            let said: Value = serde_json::from_slice(&request.body).unwrap_or_default();
            json!({ "challenge": said["data"]["challenge"] }).to_string()
        }
    }
}
