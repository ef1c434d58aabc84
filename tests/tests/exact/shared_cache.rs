//! A shared cache that does what RFC 9111 lets it do, and drops by tags.

use std::collections::{BTreeSet, HashMap};
use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use griot_tests::Incoming;
use griot_tests::requests::{Answer, Ask, Wire};

/// Headers of requests that are passed on.
const PASSED_ON: [&str; 5] = ["accept", "accept-encoding", "authorization", "content-type", "graphql-cost"];

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Lives as long as the process.
#[derive(Clone)]
pub struct SharedCache {
    pub address: SocketAddr,
    state: Arc<State>,
}

struct State {
    kept: Mutex<HashMap<String, Vec<Kept>>>,
    hits: AtomicUsize,
    stale: AtomicUsize,
    asked: AtomicUsize,
    dropped: AtomicUsize,
}

struct Kept {
    /// The headers that `Vary` names, as they were in the request.
    varied: Vec<(String, String)>,
    answer: Answer,
    tags: BTreeSet<String>,
    came: Instant,
    /// For how long it is fresh, and for how much longer it may be given while the next is fetched.
    lifetime: Duration,
    grace: Duration,
}

impl SharedCache {
    /// In front of the server at `origin`.
    pub fn before(origin: impl Fn() -> Wire + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (kept, hits, stale, asked, dropped) = Default::default();
        let state = Arc::new(State { kept, hits, stale, asked, dropped });
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (state, origin) = (Arc::clone(&shared), origin());
                std::thread::spawn(move || serve(&stream, &state, &origin));
            }
        });
        Self { address, state }
    }

    /// Drops what carries one of `tags`.
    pub fn purge(&self, tags: &BTreeSet<String>) {
        let mut kept = self.state.kept.lock().unwrap();
        for answers in kept.values_mut() {
            let before = answers.len();
            answers.retain(|kept| kept.tags.is_disjoint(tags));
            self.state.dropped.fetch_add(before - answers.len(), Ordering::Relaxed);
        }
    }

    /// How many answers were found.
    pub fn hits(&self) -> usize {
        self.state.hits.load(Ordering::Relaxed)
    }

    /// How many were dropped.
    pub fn dropped(&self) -> usize {
        self.state.dropped.load(Ordering::Relaxed)
    }
}

impl std::fmt::Display for SharedCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let of = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        let State { hits, stale, asked, dropped, .. } = &*self.state;
        write!(
            f,
            "{} found ({} of them past their time), {} asked of the origin, {} dropped by purges",
            of(hits),
            of(stale),
            of(asked),
            of(dropped)
        )
    }
}

fn serve(stream: &TcpStream, state: &State, origin: &Wire) {
    stream.set_nodelay(true).ok();
    let mut reader = BufReader::new(stream);
    while let Some(request) = Incoming::read(&mut reader) {
        let answer = answer(&request, state, origin);
        let mut head =
            format!("HTTP/1.1 {} Said\r\nContent-Length: {}\r\n", answer.status, answer.body.len()).into_bytes();
        for (name, value) in
            answer.headers.iter().filter(|(name, _)| !["content-length", "connection"].contains(&&**name))
        {
            head.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        head.extend(b"\r\n");
        head.extend(&answer.body);
        let mut writer = stream;
        if writer.write_all(&head).is_err() {
            break;
        }
    }
}

fn answer(request: &Incoming, state: &State, origin: &Wire) -> Answer {
    let varied = |names: &str| -> Vec<(String, String)> {
        let names = names.split(',').map(|name| name.trim().to_ascii_lowercase());
        names.map(|name| (name.clone(), request.header(&name).to_owned())).collect()
    };
    if request.method == "GET" {
        let mut kept = state.kept.lock().unwrap();
        let answers = kept.entry(request.target.clone()).or_default();
        let fits = |kept: &Kept| kept.varied.iter().all(|(name, value)| request.header(name) == value);
        if let Some(at) = answers.iter().position(fits) {
            let age = answers[at].came.elapsed();
            let Kept { lifetime, grace, .. } = answers[at];
            if age < lifetime {
                state.hits.fetch_add(1, Ordering::Relaxed);
                return conditional(aged(&answers[at].answer, age), request);
            }
            // It is given once more, and the next one asks anew.
            let last = answers.swap_remove(at);
            if age < lifetime + grace {
                state.hits.fetch_add(1, Ordering::Relaxed);
                state.stale.fetch_add(1, Ordering::Relaxed);
                return conditional(last.answer, request);
            }
        }
    }
    state.asked.fetch_add(1, Ordering::Relaxed);
    let came = Instant::now();
    let answer = origin.send(&passed_on(request));
    let control = text(&answer, "cache-control");
    let seconds = |name: &str| {
        let given = control.split(", ").find_map(|directive| directive.strip_prefix(name)?.strip_prefix('='));
        Duration::from_secs(given.and_then(|given| given.parse().ok()).unwrap_or(0))
    };
    let may_keep = request.method == "GET" && answer.status == 200 && control.starts_with("public");
    if may_keep {
        let tags = text(&answer, "surrogate-key");
        let kept = Kept {
            varied: varied(&text(&answer, "vary")),
            tags: tags.split(' ').map(str::to_owned).collect(),
            came,
            lifetime: seconds("s-maxage"),
            grace: seconds("stale-while-revalidate"),
            answer: answer.clone(),
        };
        state.kept.lock().unwrap().entry(request.target.clone()).or_default().push(kept);
    }
    conditional(answer, request)
}

fn passed_on(request: &Incoming) -> Ask {
    let headers = PASSED_ON.iter().filter(|name| !request.header(name).is_empty());
    Ask {
        method: METHODS.iter().find(|known| **known == request.method).expect("it is one of these"),
        target: request.target.clone(),
        headers: headers.map(|name| (*name, request.header(name).to_owned())).collect(),
        body: (!request.body.is_empty()).then(|| String::from_utf8(request.body.clone()).unwrap()),
    }
}

/// What a client that has the answer is told.
fn conditional(answer: Answer, request: &Incoming) -> Answer {
    let tag = text(&answer, "etag");
    if request.method == "GET" && !tag.is_empty() && request.header("if-none-match") == tag {
        return Answer { status: 304, body: Vec::new(), ..answer };
    }
    answer
}

/// An answer with what is left of its lifetimes, which says the same as `Age` beside the whole.
fn aged(answer: &Answer, age: Duration) -> Answer {
    let mut answer = answer.clone();
    for (name, value) in &mut answer.headers {
        if name == "cache-control" {
            let control = String::from_utf8(value.clone()).unwrap();
            let left = control.split(", ").map(|directive| match directive.split_once("age=") {
                Some((which, seconds)) => {
                    let left = seconds.parse::<u64>().unwrap().saturating_sub(age.as_secs() + 1);
                    format!("{which}age={left}")
                }
                None => directive.to_owned(),
            });
            *value = left.collect::<Vec<_>>().join(", ").into_bytes();
        }
    }
    answer
}

fn text(answer: &Answer, name: &str) -> String {
    String::from_utf8_lossy(answer.header(name).unwrap_or_default()).into_owned()
}
