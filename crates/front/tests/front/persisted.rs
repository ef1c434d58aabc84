//! Documents that clients name: Apollo's automatic persisted queries, trusted documents, and who may have which run.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use chrono::{DateTime, Utc};
use griot_front::fresh::{Freshness, Reads};
use griot_front::{
    Caching, Front, FrontOptions, Limits, OperationCounts, OperationMode, Shared, StatusProfile, TrustedDocument, code,
    document_hash,
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Answer, Server, Setup};
use crate::toy::{Counter, ToySchema};

const HELLO: &str = "query Hello($n: String) { hello(name: $n) }";
const COUNT: &str = "{ count bytes(n: 2000) }";
const NEW: (&str, &str) = ("Accept", "application/graphql-response+json");
const OLD: (&str, &str) = ("Accept", "application/json");

/// A served front whose trusted documents and counter the test holds.
struct Place {
    server: Server,
    front: Arc<Front<ToySchema>>,
    counter: Arc<Counter>,
}

impl Place {
    async fn open() -> Self {
        Self::open_with(FrontOptions::default(), Limits::default()).await
    }

    async fn in_mode(operations: OperationMode) -> Self {
        Self::open_with(FrontOptions { operations, ..FrontOptions::default() }, Limits::default()).await
    }

    async fn open_with(options: FrontOptions, limits: Limits) -> Self {
        let counter = Arc::new(Counter::default());
        let read = Arc::clone(&counter);
        let caching = Caching {
            budget_bytes: 1 << 20,
            freshness: Arc::<Freshness>::default(),
            now: Arc::new(|| DateTime::<Utc>::UNIX_EPOCH),
        };
        let options = FrontOptions {
            caching: Some(caching),
            prepare: Some(Arc::new(move |request, parts| {
                let request = request.data(Arc::clone(&read));
                match parts.extensions.get::<Arc<Reads>>() {
                    Some(reads) => request.data(Arc::clone(reads)),
                    None => request,
                }
            })),
            ..options
        };
        let front = Arc::new(Setup { options, limits, ..Setup::default() }.front());
        let routes = Arc::clone(&front).routes("/graphql");
        let router = routes.layer(from_fn(|mut request: Request, next: Next| async {
            request.extensions_mut().insert(Shared(0));
            next.run(request).await
        }));
        Self { server: Server::start_router(router).await, front, counter }
    }

    fn trust(&self, documents: &[(&str, &str)]) {
        let trusted = |(id, text): &(&str, &str)| TrustedDocument { id: (*id).to_owned(), text: (*text).to_owned() };
        self.front.trust(documents.iter().map(trusted).collect());
    }

    /// GET by Apollo's hash.
    async fn get(&self, hash: &str, headers: &[(&str, &str)]) -> Answer {
        self.server.send("GET", &target(hash), headers, b"").await
    }

    /// POST of a document with a hash.
    async fn register(&self, text: &str, hash: &str) -> Answer {
        self.server.post(json!({ "query": text, "extensions": apq(hash) })).await
    }

    async fn is_known(&self, text: &str) -> bool {
        self.get(&document_hash(text), &[]).await.json().get("data").is_some()
    }

    /// Named documents found and not found, registered ones, those refused.
    fn counted(&self) -> [u64; 4] {
        let OperationCounts { found, not_found, registered, refused } = &*self.front.operation_counts();
        [found, not_found, registered, refused].map(|count| count.load(Ordering::Relaxed))
    }

    fn reads(&self) -> i64 {
        self.counter.reads.load(Ordering::SeqCst)
    }
}

fn apq(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

fn target(hash: &str) -> String {
    let extensions: String = form_urlencoded::byte_serialize(apq(hash).to_string().as_bytes()).collect();
    format!("/graphql?extensions={extensions}")
}

#[tokio::test]
async fn a_document_is_sent_once_and_named_by_its_hash_from_then_on() {
    let place = Place::open().await;
    let hash = document_hash(HELLO);
    let unknown = place.get(&hash, &[]).await;
    assert_eq!((unknown.status, unknown.message().as_str()), (200, "PersistedQueryNotFound"));
    assert_eq!(unknown.header("cache-control"), Some("no-store"));
    let sent = place.register(HELLO, &hash).await;
    assert_eq!((sent.status, sent.text()), (200, r#"{"data":{"hello":"Hello, world!"}}"#));
    let target = format!("{}&variables=%7B%22n%22%3A%22Awa%22%7D&operationName=Hello", target(&hash));
    let known = place.server.send("GET", &target, &[], b"").await;
    assert_eq!((known.status, known.text()), (200, r#"{"data":{"hello":"Hello, Awa!"}}"#));
    assert!(known.header("cache-control").unwrap().starts_with("public, "), "{known:?}");
    let posted = place.server.post(json!({ "extensions": apq(&hash), "variables": { "n": "Awa" } })).await;
    assert_eq!(posted.text(), known.text());
    let by_id = place.server.post(json!({ "documentId": format!("sha256:{hash}"), "query": null })).await;
    assert_eq!(by_id.text(), sent.text());
    assert_eq!(place.counted(), [3, 1, 1, 0]);
    place.register(HELLO, &document_hash("{ hello }")).await;
    assert_eq!(place.counted(), [3, 1, 1, 1]);
}

#[rstest]
#[case(StatusProfile::Compat400, NEW, 400)]
#[case(StatusProfile::Compat400, OLD, 200)]
#[case(StatusProfile::Draft2026_08, NEW, 400)]
#[case(StatusProfile::Draft2026_08, OLD, 400)]
#[tokio::test]
async fn an_unknown_hash_has_the_status_of_the_profile(
    #[case] status_profile: StatusProfile,
    #[case] accept: (&str, &str),
    #[case] status: u16,
) {
    let place = Place::open_with(FrontOptions { status_profile, ..FrontOptions::default() }, Limits::default()).await;
    let answer = place.get(&document_hash(HELLO), &[accept]).await;
    let error = json!({ "message": "PersistedQueryNotFound", "extensions": { "code": "PERSISTED_QUERY_NOT_FOUND" } });
    assert_eq!((answer.status, answer.json()), (status, json!({ "errors": [error] })));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("etag"), None);
}

#[tokio::test]
async fn nothing_is_kept_under_a_hash_that_is_not_its_own() {
    let place = Place::open().await;
    let (hash, other) = (document_hash(HELLO), document_hash("{ hello }"));
    let wrong = [
        (apq(&other), "its SHA-256 is another"),
        (apq(&hash.to_uppercase()), "of lower case"),
        (apq(&format!("{hash} ")), "of lower case"),
        (apq(&format!("sha256:{hash}")), "of lower case"),
        (apq(&hash[..63]), "of lower case"),
        (apq(""), "of lower case"),
        (json!({ "persistedQuery": { "version": 2, "sha256Hash": hash } }), "must be 1"),
        (json!({ "persistedQuery": { "version": "1", "sha256Hash": hash } }), "must be 1"),
        (json!({ "persistedQuery": { "sha256Hash": hash } }), "must be 1"),
        (json!({ "persistedQuery": { "version": 1 } }), "is missing"),
        (json!({ "persistedQuery": { "version": 1, "sha256Hash": 7 } }), "must be a string"),
        (json!({ "persistedQuery": [hash] }), "must be an object"),
    ];
    for (extensions, message) in wrong {
        let refused = place.server.post(json!({ "query": HELLO, "extensions": extensions })).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, code::BAD_USER_INPUT), "{extensions}");
        assert!(refused.message().contains(message), "{extensions}: {}", refused.message());
        assert_eq!(refused.header("cache-control"), Some("no-store"));
    }
    assert!(!place.is_known(HELLO).await && !place.is_known("{ hello }").await);
    // Of the right one, a hash in other letters is not another name.
    place.register(HELLO, &hash).await;
    let loud = place.get(&hash.to_uppercase(), &[]).await;
    assert_eq!((loud.status, loud.code().as_str()), (400, code::BAD_USER_INPUT));
}

#[tokio::test]
async fn a_document_that_may_not_run_is_never_kept() {
    let place = Place::open().await;
    let deep = format!("{{ hello {}{} }}", "[".repeat(2_000), "]".repeat(2_000));
    let long = format!("{{ hello }} #{}", "x".repeat(17_000));
    let refused = ["{", "{ secret }", "{ numbers(n: 9999) }", &deep, &long, "query A { hello } query B { hello }"];
    for text in refused {
        let answer = place.register(text, &document_hash(text)).await;
        assert_eq!((answer.status, answer.header("cache-control")), (400, Some("no-store")), "{text:.40}");
        assert_eq!(place.get(&document_hash(text), &[]).await.code(), code::PERSISTED_QUERY_NOT_FOUND, "{text:.40}");
    }
}

#[tokio::test]
async fn a_mutation_by_hash_is_run_by_post_alone() {
    let place = Place::open().await;
    let mutation = "mutation { __typename }";
    let hash = document_hash(mutation);
    let extensions: String = form_urlencoded::byte_serialize(apq(&hash).to_string().as_bytes()).collect();
    let target = format!("/graphql?query=mutation%7B__typename%7D&extensions={extensions}");
    let short = document_hash("mutation{__typename}");
    let sent = place.server.send("GET", &target.replace(&hash, &short), &[], b"").await;
    assert_eq!(sent.status, 405, "{sent:?}");
    assert_eq!(place.get(&short, &[]).await.code(), code::PERSISTED_QUERY_NOT_FOUND, "and it was not kept");
    assert_eq!(place.register(mutation, &hash).await.status, 200);
    assert_eq!(place.get(&hash, &[]).await.status, 405);
}

#[tokio::test]
async fn a_flood_of_registrations_stays_within_its_bytes_and_harms_no_trusted_document() {
    let options = FrontOptions { registered_bytes: 20_000, ..FrontOptions::default() };
    let place = Place::open_with(options, Limits::default()).await;
    place.trust(&[("hello", HELLO)]);
    let text = |number: usize| format!("{{ hello }} # {number:04}{}", "x".repeat(700));
    for number in 0..200 {
        assert_eq!(place.register(&text(number), &document_hash(&text(number))).await.status, 200);
    }
    let mut known = 0;
    for number in 0..200 {
        known += usize::from(place.is_known(&text(number)).await);
    }
    // About a kilobyte each: half of the budget at least, and never more than all of it.
    assert!((8..=19).contains(&known), "{known} of 200 are known");
    assert!(place.is_known(&text(199)).await, "the last is");
    assert!(place.is_known(HELLO).await, "a trusted one is not pushed out");
    let huge = format!("{{ hello }} #{}", "x".repeat(12_000));
    assert_eq!(place.register(&huge, &document_hash(&huge)).await.status, 200);
    assert!(!place.is_known(&huge).await && place.is_known(&text(199)).await, "one that takes all is run and not kept");
}

#[tokio::test]
async fn a_forgotten_document_is_registered_again_though_its_answer_is_asked_for_in_the_same_words() {
    let options = FrontOptions { registered_bytes: 2_000, ..FrontOptions::default() };
    let place = Place::open_with(options, Limits::default()).await;
    let hash = document_hash(HELLO);
    for _ in 0..2 {
        let sent = place.register(HELLO, &hash).await;
        assert_eq!((sent.status, sent.header("cache-control"), sent.header("etag")), (200, Some("no-store"), None));
        let by_hash = format!("{}&n=", target(&hash));
        assert_eq!(place.server.send("GET", &by_hash, &[], b"").await.json()["data"]["hello"], "Hello, world!");
        for number in 0..10 {
            let other = format!("{{ hello }} # {number}");
            place.register(&other, &document_hash(&other)).await;
        }
        let fresh = format!("{}&forgotten=1", target(&hash));
        assert_eq!(place.server.send("GET", &fresh, &[], b"").await.code(), code::PERSISTED_QUERY_NOT_FOUND);
    }
}

#[tokio::test]
async fn without_memory_for_them_clients_are_told_not_to_register() {
    let options = FrontOptions { registered_bytes: 0, ..FrontOptions::default() };
    let place = Place::open_with(options, Limits::default()).await;
    let told = place.get(&document_hash(HELLO), &[]).await;
    assert_eq!(told.message(), "PersistedQueryNotSupported");
    assert_eq!(told.code(), code::PERSISTED_QUERY_NOT_SUPPORTED);
    assert_eq!(place.register(HELLO, &document_hash(HELLO)).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn a_trusted_document_is_named_in_each_way_clients_have(
    #[values(OperationMode::Open, OperationMode::Apq, OperationMode::Trusted)] mode: OperationMode,
) {
    let place = Place::in_mode(mode).await;
    let hash = document_hash(HELLO);
    let prefixed = format!("sha256:{hash}");
    let relay = "0123456789abcdef0123456789abcdef";
    place.trust(&[(&prefixed, HELLO), (relay, HELLO), ("Hello_v1", HELLO)]);
    let bodies = [
        json!({ "documentId": prefixed }),
        json!({ "documentId": hash }),
        json!({ "documentId": relay, "extensions": {} }),
        json!({ "documentId": "Hello_v1", "operationName": "Hello" }),
        json!({ "id": relay }),
        json!({ "doc_id": relay }),
        json!({ "extensions": apq(&hash) }),
        json!({ "extensions": apq("Hello_v1") }),
        json!({ "query": HELLO, "extensions": apq(&hash) }),
        json!({ "query": HELLO, "extensions": apq("Hello_v1") }),
        json!({ "query": HELLO }),
    ];
    for body in bodies {
        let answer = place.server.post(body.clone()).await;
        assert_eq!((answer.status, answer.text()), (200, r#"{"data":{"hello":"Hello, world!"}}"#), "{body}");
    }
    for name in ["documentId", "id", "doc_id"] {
        let got = place.server.send("GET", &format!("/graphql?{name}={relay}"), &[NEW], b"").await;
        assert_eq!((got.status, got.json()["data"]["hello"].as_str()), (200, Some("Hello, world!")), "{name}");
    }
    let unknown = place.server.post(json!({ "documentId": "Hello_v2" })).await;
    assert_eq!((unknown.status, unknown.code().as_str()), (400, code::PERSISTED_QUERY_NOT_FOUND));
    assert!(unknown.message().contains("Hello_v2") && unknown.message().contains("griot operations import"));
    assert_eq!(unknown.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn what_is_not_open_says_what_to_send() {
    let apq_only = Place::in_mode(OperationMode::Apq).await;
    let refused = apq_only.server.query("{ hello }").await;
    assert_eq!((refused.status, refused.code().as_str()), (400, code::PERSISTED_QUERY_REQUIRED));
    assert!(refused.message().contains("extensions.persistedQuery"), "{}", refused.message());
    assert_eq!(apq_only.register(HELLO, &document_hash(HELLO)).await.status, 200);
    assert!(apq_only.is_known(HELLO).await);

    let trusted = Place::in_mode(OperationMode::Trusted).await;
    let hash = document_hash(HELLO);
    for body in [json!({ "query": HELLO }), json!({ "query": HELLO, "extensions": apq(&hash) })] {
        let refused = trusted.server.post(body).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, code::PERSISTED_QUERY_REQUIRED));
        assert!(refused.message().contains("griot operations import"), "{}", refused.message());
        assert_eq!(refused.header("cache-control"), Some("no-store"));
    }
    let unknown = trusted.get(&hash, &[NEW]).await;
    assert_eq!((unknown.status, unknown.code().as_str()), (400, code::PERSISTED_QUERY_NOT_FOUND));
    assert!(unknown.message().contains("griot operations import"), "{}", unknown.message());
}

#[tokio::test]
async fn an_answer_to_a_hash_is_kept_by_its_query_string_and_ends_with_the_trust() {
    let place = Place::in_mode(OperationMode::Trusted).await;
    let hash = document_hash(COUNT);
    place.trust(&[(&hash, COUNT), ("other", HELLO)]);
    let first = place.get(&hash, &[]).await;
    let tag = first.header("etag").unwrap().to_owned();
    assert_eq!(place.get(&hash, &[]).await.text(), first.text());
    let known = place.get(&hash, &[("If-None-Match", &tag)]).await;
    assert_eq!((known.status, known.text(), known.header("etag")), (304, "", Some(tag.as_str())));
    let head = place.server.send("HEAD", &target(&hash), &[], b"").await;
    assert_eq!((head.status, head.text(), head.header("etag")), (200, "", Some(tag.as_str())));
    assert_eq!(place.reads(), 1, "all of them are one answer");
    assert_eq!(place.counted(), [1, 0, 0, 0], "and the document was looked for once");
    for answer in [&first, &known, &head] {
        assert!(answer.header("cache-control").unwrap().starts_with("public, max-age="), "{answer:?}");
        let keys = format!("operation-{} operations toy-count griot", &hash[..16]);
        assert_eq!(answer.header("surrogate-key"), Some(keys.as_str()));
        assert_eq!(answer.header("cache-tag"), Some(keys.replace(' ', ",").as_str()));
        assert_eq!(answer.header("vary"), Some("Accept, Accept-Encoding"));
    }
    place.server.send("GET", &format!("/graphql?documentId={hash}"), &[], b"").await;
    assert_eq!(place.reads(), 2, "another query string is another answer");

    // More trust ends nothing; less does, at once.
    place.trust(&[(&hash, COUNT), ("other", HELLO), ("third", "{ hello }")]);
    place.get(&hash, &[]).await;
    assert_eq!(place.reads(), 2);
    place.trust(&[("other", HELLO)]);
    assert_eq!(place.get(&hash, &[("If-None-Match", &tag)]).await.code(), code::PERSISTED_QUERY_NOT_FOUND);
    place.trust(&[(&hash, COUNT)]);
    assert_eq!(place.get(&hash, &[]).await.text(), first.text());
}

#[tokio::test]
async fn an_id_that_is_given_another_document_has_another_answer() {
    let place = Place::open().await;
    place.trust(&[("page", "{ hello }")]);
    let ask = || async { place.server.send("GET", "/graphql?documentId=page", &[], b"").await.text().to_owned() };
    assert_eq!(ask().await, r#"{"data":{"hello":"Hello, world!"}}"#);
    place.trust(&[("page", "{ greeting: hello }")]);
    assert_eq!(ask().await, r#"{"data":{"greeting":"Hello, world!"}}"#);
}
