//! Answers that are kept: each as long as what was read for it holds, and not a moment longer.

use std::io::Read;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use chrono::{DateTime, TimeDelta, Utc};
use flate2::read::GzDecoder;
use griot_front::fresh::{Freshness, Reads, Tag};
use griot_front::{Caching, Counts, FrontOptions, Personal, Shared};

use crate::support::{Answer, Server, Setup};
use crate::toy::Counter;

/// A server whose `count` field reads a number under a tag.
struct Kept {
    server: Server,
    counter: Arc<Counter>,
    freshness: Arc<Freshness>,
    now: Arc<Mutex<DateTime<Utc>>>,
    counts: Arc<Counts>,
}

impl Kept {
    async fn start() -> Self {
        let freshness = Arc::<Freshness>::default();
        let counter = Arc::new(Counter::default());
        let now = Arc::new(Mutex::new(DateTime::UNIX_EPOCH));
        let told = Arc::clone(&now);
        let caching = Caching {
            budget_bytes: 1 << 20,
            freshness: Arc::clone(&freshness),
            now: Arc::new(move || *told.lock().unwrap()),
        };
        let read = Arc::clone(&counter);
        let options = FrontOptions {
            caching: Some(caching),
            personal: &["count"],
            prepare: Some(Arc::new(move |request, parts| {
                let request = request.data(Arc::clone(&read));
                match parts.extensions.get::<Arc<Reads>>() {
                    Some(reads) => request.data(Arc::clone(reads)),
                    None => request,
                }
            })),
            ..FrontOptions::default()
        };
        let front = Arc::new(Setup { options, ..Setup::default() }.front());
        let counts = front.counts();
        let router = front.routes("/graphql").layer(from_fn(|mut request: Request, next: Next| async {
            if !request.headers().contains_key("authorization") {
                request.extensions_mut().insert(Shared(0));
            }
            if request.headers().contains_key("x-personal") {
                request.extensions_mut().insert(Personal);
            }
            next.run(request).await
        }));
        Self { server: Server::start_router(router).await, counter, freshness, now, counts }
    }

    /// Changes the number, and says so.
    fn set(&self, number: i64) {
        self.counter.number.store(number, Ordering::SeqCst);
        self.freshness.touch([&Tag::named("toy", "count")]);
    }

    async fn ask(&self, query: &str) -> String {
        self.server.query(query).await.text().to_owned()
    }

    async fn get(&self, query: &str, headers: &[(&str, &str)]) -> Answer {
        let query: String = form_urlencoded::byte_serialize(query.as_bytes()).collect();
        self.server.send("GET", &format!("/graphql?query={query}"), headers, b"").await
    }

    fn reads(&self) -> i64 {
        self.counter.reads.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn an_answer_is_kept_until_what_it_read_changes() {
    let kept = Kept::start().await;
    for _ in 0..3 {
        assert_eq!(kept.ask("{ count }").await, r#"{"data":{"count":0}}"#);
    }
    assert_eq!(kept.reads(), 1);
    kept.set(5);
    assert_eq!(kept.ask("{ count }").await, r#"{"data":{"count":5}}"#);
    kept.freshness.touch([&Tag::named("toy", "other")]);
    kept.ask("{ count }").await;
    assert_eq!(kept.reads(), 2);
    let counted = |count: &AtomicU64| count.load(Ordering::SeqCst);
    assert_eq!((counted(&kept.counts.hits), counted(&kept.counts.misses), counted(&kept.counts.outdated)), (3, 1, 1));
}

#[tokio::test]
async fn a_change_during_the_reading_is_not_lost() {
    let kept = Kept::start().await;
    let slow = kept.ask("{ count(ms: 300) }");
    let change = async {
        while kept.reads() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        kept.set(7);
        // Whoever asks after the change must not be given what was read before it, though that is on its way.
        kept.ask("{ count(ms: 300) }").await
    };
    let (before, after) = tokio::join!(slow, change);
    assert_eq!(before, r#"{"data":{"count":0}}"#);
    assert_eq!(after, r#"{"data":{"count":7}}"#);
    assert_eq!(kept.ask("{ count(ms: 300) }").await, after);
}

#[tokio::test]
async fn what_many_ask_for_at_once_is_made_once_and_so_is_a_failure() {
    let kept = Kept::start().await;
    let all = (0..20).map(|_| kept.ask("{ count(ms: 200) }"));
    assert!(futures_util::future::join_all(all).await.iter().all(|answer| answer == r#"{"data":{"count":0}}"#));
    assert_eq!(kept.reads(), 1);
    let failing = (0..20).map(|_| kept.ask("{ count(ms: 201) broken }"));
    let answers = futures_util::future::join_all(failing).await;
    assert!(answers.iter().all(|answer| answer == &answers[0] && answer.contains("internal error")), "{answers:?}");
    assert_eq!(kept.reads(), 2);
    // It was shared by those who waited, and kept for nobody.
    kept.ask("{ count(ms: 201) broken }").await;
    assert_eq!(kept.reads(), 3);
}

#[tokio::test]
async fn what_is_personal_is_made_anew_wherever_it_stands_in_the_document() {
    let kept = Kept::start().await;
    let mine = [("x-personal", "yes")];
    let documents = ["{ count }", "{ other: count }", "{ ...F } fragment F on Query { ... { count } }"];
    for (place, document) in documents.into_iter().enumerate() {
        kept.get(document, &[]).await;
        for _ in 0..2 {
            assert_eq!(kept.get(document, &mine).await.header("etag"), None, "{document}");
        }
        assert!(kept.get(document, &[]).await.header("etag").is_some(), "{document}");
        assert_eq!(kept.reads(), 3 * (place as i64 + 1), "{document}: once for all others");
    }
    assert!(kept.get("{ __typename }", &mine).await.header("etag").is_some(), "what is not is kept");
}

#[tokio::test]
async fn nothing_is_kept_of_requests_that_are_not_shared() {
    let kept = Kept::start().await;
    for _ in 0..2 {
        let headers = [("authorization", "Bearer x")];
        assert_eq!(kept.get("{ count }", &headers).await.header("etag"), None);
        kept.get("{ count }", &[("graphql-cost", "report")]).await;
    }
    assert_eq!(kept.reads(), 4);
}

#[tokio::test]
async fn where_the_time_went_is_told_to_who_asks_and_kept_for_nobody() {
    let kept = Kept::start().await;
    let ask = [("graphql-timing", "1")];
    let names = |answer: &Answer| -> Vec<String> {
        let parts = answer.header("server-timing").unwrap().split(", ").map(|part| part.split_once(";dur=").unwrap());
        parts.map(|(name, ms)| (name.to_owned(), ms.parse::<f64>().unwrap()).0).collect()
    };
    let made = kept.get("{ count(ms: 30) }", &ask).await;
    assert_eq!(names(&made), ["check", "run", "total"]);
    let run: f64 = made.header("server-timing").unwrap().split(['=', ',']).nth(3).unwrap().parse().unwrap();
    assert!(run >= 30.0, "in milliseconds: {run}");
    let found = kept.get("{ count(ms: 30) }", &ask).await;
    assert_eq!(names(&found), ["total"], "it was there");
    for answer in [&made, &found] {
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("timing-allow-origin"), Some("*"));
    }
    let plain = kept.get("{ count(ms: 30) }", &[]).await;
    assert_eq!((plain.header("server-timing"), plain.text()), (None, made.text()));
    assert!(plain.header("cache-control").unwrap().starts_with("public"));
    assert_eq!(kept.reads(), 1);
}

#[tokio::test]
async fn an_answer_ends_with_its_time_and_tells_caches_so() {
    let kept = Kept::start().await;
    let first = kept.get("{ count(until: 20) }", &[]).await;
    assert_eq!(first.header("cache-control"), Some("public, max-age=5, s-maxage=20"));
    *kept.now.lock().unwrap() += TimeDelta::seconds(19);
    assert_eq!(
        kept.get("{ count(until: 20) }", &[]).await.header("cache-control"),
        Some("public, max-age=1, s-maxage=1")
    );
    assert_eq!(kept.reads(), 1);
    *kept.now.lock().unwrap() += TimeDelta::seconds(1);
    kept.get("{ count(until: 20) }", &[]).await;
    assert_eq!(kept.reads(), 2);
}

#[tokio::test]
async fn the_same_bytes_come_in_each_coding_with_a_tag_of_their_own() {
    let kept = Kept::start().await;
    let query = "{ count bytes(n: 5000) }";
    let plain = kept.get(query, &[]).await;
    let mut coded = kept.get(query, &[("accept-encoding", "gzip")]).await;
    for _ in 0..200 {
        if coded.header("content-encoding").is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
        coded = kept.get(query, &[("accept-encoding", "gzip")]).await;
    }
    assert_eq!(coded.header("content-encoding"), Some("gzip"));
    let mut text = String::new();
    GzDecoder::new(coded.bytes()).read_to_string(&mut text).unwrap();
    assert_eq!(text, plain.text());
    assert_ne!(coded.header("etag"), plain.header("etag"));
    assert_eq!(plain.header("surrogate-key"), Some("toy-count griot"));
    for answer in [&plain, &coded] {
        let tag = answer.header("etag").unwrap();
        let accepted = answer.header("content-encoding").unwrap_or("identity");
        let again = kept.get(query, &[("accept-encoding", accepted), ("if-none-match", tag)]).await;
        assert_eq!((again.status, again.text(), again.header("etag")), (304, "", Some(tag)));
    }
    let other = kept.get(query, &[("if-none-match", "\"0\", W/\"1\"")]).await;
    assert_eq!((other.status, other.text()), (200, plain.text()));
}

#[tokio::test]
async fn while_changes_are_not_heard_of_nothing_kept_is_trusted_unless_there_is_nothing_else() {
    let kept = Kept::start().await;
    kept.ask("{ count failing }").await;
    kept.freshness.set_blind(true);
    kept.counter.number.store(3, Ordering::SeqCst);
    assert_eq!(kept.ask("{ count failing }").await, r#"{"data":{"count":3,"failing":0}}"#);
    kept.counter.is_broken.store(true, Ordering::SeqCst);
    let stale = kept.server.query("{ count failing }").await;
    assert_eq!(stale.text(), r#"{"data":{"count":0,"failing":0}}"#);
    assert_eq!(stale.header("cache-control"), Some("no-store"));
    assert_eq!(stale.header("cache-status"), Some("griot; hit; detail=\"the store is not reached\""));
    // What is known to be wrong is not given in any need.
    kept.set(4);
    assert!(kept.ask("{ count failing }").await.contains("internal error"));
    kept.counter.is_broken.store(false, Ordering::SeqCst);
    kept.freshness.set_blind(false);
    assert_eq!(kept.ask("{ count failing }").await, r#"{"data":{"count":4,"failing":0}}"#);
}

#[tokio::test]
async fn memory_is_bounded_by_bytes() {
    let kept = Kept::start().await;
    for _ in 0..2 {
        for number in 0..100 {
            kept.ask(&format!("{{ count bytes(n: {}) }}", 20_000 + number)).await;
        }
    }
    // A mebibyte holds at most 52 answers of 20 KB: the others were made twice.
    assert!(kept.reads() >= 148, "{}", kept.reads());
}
