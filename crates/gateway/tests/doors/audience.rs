//! `/graphql`: who sees what.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use griot_access::{Grant, KeyRing, Role};
use griot_persistence::{AccessKeys, StoreName};
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::json;

use crate::support::{World, id, topic};

const NAMES: &str = "{ topics { nodes { name } totalCount } }";

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_entitled_key_sees_what_is_under_embargo_and_nobody_else_does(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::open(backend).await;
    world.put(StoreName::Published, &[topic(1, "eau")]).await;
    world.put(StoreName::Embargoed, &[topic(2, "remaniement")]).await;
    let (_, partner) = world.delivery_key("Partner", true).await;
    let (_, plain) = world.delivery_key("Site", false).await;
    let (_, editor) = world.key("Desk", Grant::Editorial(Role::Administrator)).await;

    let all = json!({ "topics": { "nodes": [{ "name": "eau" }, { "name": "remaniement" }], "totalCount": 2 } });
    let early = world.ask_as(&partner, "/graphql", NAMES);
    assert_eq!((early.status, &early.json()["data"]), (200, &all));
    let public = world.ask("/graphql", NAMES, &[]);
    assert!(!public.body.contains("remaniement") && public.json()["data"]["topics"]["totalCount"] == 1, "{public:?}");
    for credentials in [&plain, &editor] {
        let keyed = world.ask_as(credentials, "/graphql", NAMES);
        assert_eq!((keyed.status, &keyed.body), (200, &public.body));
        assert_eq!(keyed.header("cache-control"), "private, no-store");
    }
    assert_eq!(early.header("cache-control"), "private, no-store");
    assert!(public.header("cache-control").starts_with("public, max-age="), "{public:?}");
    let vary = "Accept, Accept-Encoding, Authorization";
    assert_eq!((public.header("vary"), early.header("vary")), (vary, vary));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_the_public_gets_does_not_depend_on_what_is_not_public(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (plain, full) = (World::open(backend).await, World::open(backend).await);
    for world in [&plain, &full] {
        world.put(StoreName::Published, &[topic(1, "eau"), topic(2, "mines")]).await;
    }
    let mut changed = topic(1, "eau");
    changed.editions.extend(topic(1, "eau-et-forets").editions);
    full.put(StoreName::Embargoed, &[changed.clone(), topic(3, "remaniement")]).await;
    full.put(StoreName::Editorial, &[changed, topic(4, "brouillon")]).await;
    let (_, partner) = full.delivery_key("Partner", true).await;
    assert!(full.ask_as(&partner, "/graphql", NAMES).body.contains("eau-et-forets"), "the worlds differ");

    let by_id = |number| format!("{{ topic(contentId: \"{}\") {{ name slug contentId }} }}", id(number));
    let mut queries: Vec<String> = (1..=5).map(by_id).collect();
    for slug in ["eau", "eau-et-forets", "remaniement", "brouillon", "rien"] {
        queries.push(format!("{{ topic(slug: \"{slug}\") {{ name slug }} }}"));
        queries.push(format!("{{ route(path: \"/fr/topics/{slug}\") {{ __typename }} }}"));
    }
    queries.extend([NAMES.to_owned(), "{ topics(first: 1) { edges { cursor } pageInfo { hasNextPage } } }".to_owned()]);
    queries.extend(["{ topics { nodes { nothing } } }".to_owned(), "{".to_owned()]);
    for query in &queries {
        assert_eq!(full.ask("/graphql", query, &[]), plain.ask("/graphql", query, &[]), "{query}");
    }
    for path in ["/preview/graphql", "/editorial/graphql"] {
        assert_eq!(full.ask(path, NAMES, &[]), plain.ask(path, NAMES, &[]), "{path}");
    }
    assert_eq!(full.get("/health/ready"), plain.get("/health/ready"));
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_open_nothing_are_refused_alike() {
    let world = World::open(Backend::Sqlite).await;
    let (revoked, key) = world.delivery_key("Gone", true).await;
    world.keys.revoke(&revoked).await.unwrap();
    let (_, preview) = world.preview_token(id(1)).await;
    let wrong = [key.as_str(), preview.as_str(), "Bearer griot_d_x", "Bearer a.b.c", "Basic YTpi", "Bearer", ""];
    let mut first = None;
    for credentials in wrong {
        let refused = world.ask_as(credentials, "/graphql", NAMES);
        assert_eq!((refused.status, refused.header("www-authenticate")), (401, "Bearer"), "{credentials}");
        assert_eq!(refused.header("cache-control"), "private, no-store");
        assert_eq!(refused.json()["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        assert_eq!(*first.get_or_insert(refused.clone()), refused, "{credentials}");
    }
    assert_eq!(world.ask("/graphql", NAMES, &[]).status, 200, "whoever brings none is the public");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_key_revoked_elsewhere_is_refused_within_five_seconds(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::open(backend).await;
    let (id, key) = world.delivery_key("Partner", true).await;
    assert_eq!(world.ask_as(&key, "/graphql", NAMES).status, 200);
    let elsewhere = KeyRing::new(AccessKeys::open(&world.location).await.unwrap(), world.clock.clone());
    elsewhere.revoke(&id).await.unwrap();
    let revoked = Instant::now();
    while world.ask_as(&key, "/graphql", NAMES).status == 200 {
        assert!(revoked.elapsed() < Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_counted_by_the_address_behind_the_proxies() {
    let world = World::open(Backend::Sqlite).await;
    let (_, key) = world.delivery_key("Partner", true).await;
    let from = |client: &str, credentials: &str| {
        let headers = [("authorization", credentials), ("x-forwarded-for", client)];
        world.ask("/graphql", NAMES, &headers)
    };
    for _ in 0..10 {
        assert_eq!(from("203.0.113.1", "Bearer guess").status, 401);
    }
    let throttled = from("198.51.100.7, 203.0.113.1", "Bearer guess");
    assert_eq!((throttled.status, throttled.header("retry-after")), (429, "61"));
    assert_eq!(from("203.0.113.2", "Bearer guess").status, 401);
    assert_eq!(from("203.0.113.1", &key).status, 200, "a valid key is let in");
    assert_eq!(world.ask("/graphql", NAMES, &[("x-forwarded-for", "203.0.113.1")]).status, 200, "the public is let in");
    world.wait(TimeDelta::seconds(61));
    assert_eq!(from("203.0.113.1", "Bearer guess").status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_is_told_whether_the_work_is_done_and_not_why_not() {
    let world = World::open(Backend::Sqlite).await;
    assert_eq!((world.get("/health/live").status, world.get("/health/ready").status), (200, 200));
    world.readiness.set(false);
    let answer = world.get("/health/ready");
    assert_eq!((answer.status, answer.body.as_str()), (503, "not ready\n"));
    assert_eq!((world.get("/health/live").status, answer.header("cache-control")), (200, "no-store"));
}
