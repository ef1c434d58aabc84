//! `/editorial/graphql`: who gets in, and how much may be asked there.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use griot_access::{Grant, KeyRing, Role};
use griot_persistence::AccessKeys;
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Answer, ISSUER, World, id};

const PATH: &str = "/editorial/graphql";
const WHO: &str = "{ viewer { name role } }";

/// A token of the provider's form, with a signature of nobody's.
fn token(header: Value, claims: Value, signature: &str) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("Bearer {}.{}.{signature}", part(header), part(claims))
}

fn foreign_tokens() -> Vec<String> {
    let claims = |change: Value| {
        let mut claims = json!({ "iss": ISSUER, "aud": "griot", "sub": "a", "exp": 1_900_000_000, "iat": 1_700_000_000,
            "roles": ["press"] });
        claims.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        claims
    };
    let rs = || json!({ "alg": "RS256", "kid": "k", "typ": "JWT" });
    vec![
        token(json!({ "alg": "none" }), claims(json!({})), ""),
        token(json!({ "alg": "HS256", "kid": "k" }), claims(json!({})), "c2lnbmVk"),
        token(json!({ "alg": "RS256" }), claims(json!({})), "c2lnbmVk"),
        token(json!({ "alg": "RS256", "jwk": { "kty": "RSA" }, "kid": "mine" }), claims(json!({})), "c2lnbmVk"),
        token(rs(), claims(json!({})), "c2lnbmVk"),
        token(rs(), claims(json!({ "exp": 1 })), "c2lnbmVk"),
        token(rs(), claims(json!({ "nbf": 1_900_000_000 })), "c2lnbmVk"),
        token(rs(), claims(json!({ "iss": "https://elsewhere.example" })), "c2lnbmVk"),
        token(rs(), claims(json!({ "aud": "another" })), "c2lnbmVk"),
    ]
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_wrong_with_credentials_the_answer_is_the_same(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::open(backend).await;
    let (gone, revoked) = world.key("Gone", Grant::Editorial(Role::Administrator)).await;
    world.keys.revoke(&gone).await.unwrap();
    let (_, editor) = world.key("Awa", Grant::Editorial(Role::Editor)).await;
    let (_, partner) = world.delivery_key("Partner", true).await;
    let (_, preview) = world.preview_token(id(1)).await;
    let half = editor[..editor.len() - 1].to_owned();
    let twisted = editor.replace("griot_e_", "griot_d_");
    let mut wrong =
        vec![revoked, partner, preview, half, twisted, editor.replace("Bearer", "Basic"), "Bearer".to_owned()];
    wrong.extend(foreign_tokens());

    let without = world.ask(PATH, WHO, &[]);
    assert_eq!((without.status, without.header("www-authenticate")), (401, "Bearer"));
    assert_eq!(without.json()["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    for (number, credentials) in wrong.iter().enumerate() {
        // Each from an address of its own, since failures are counted.
        let from = format!("203.0.113.{number}");
        let headers = [("authorization", credentials.as_str()), ("x-forwarded-for", from.as_str())];
        assert_eq!(world.ask(PATH, WHO, &headers), without, "{number}");
        assert_eq!(world.ask(PATH, "{ nothing", &headers), without, "{number}: before the document is looked at");
    }
    let known = world.ask_as(&editor, PATH, WHO);
    assert_eq!(known.json(), json!({ "data": { "viewer": { "name": "Awa", "role": "EDITOR" } } }));
    assert_eq!((known.header("cache-control"), known.status), ("private, no-store", 200));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_editors_key_revoked_elsewhere_is_refused_within_five_seconds(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::open(backend).await;
    let (id, key) = world.key("Awa", Grant::Editorial(Role::Editor)).await;
    assert_eq!(world.ask_as(&key, PATH, WHO).status, 200);
    let elsewhere = KeyRing::new(AccessKeys::open(&world.location).await.unwrap(), world.clock.clone());
    elsewhere.revoke(&id).await.unwrap();
    let revoked = Instant::now();
    while world.ask_as(&key, PATH, WHO).status == 200 {
        assert!(revoked.elapsed() < Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_fails_too_often_is_told_so_and_its_valid_keys_are_let_in() {
    let world = World::open(Backend::Sqlite).await;
    let (_, key) = world.key("Awa", Grant::Editorial(Role::Editor)).await;
    for _ in 0..10 {
        assert_eq!(world.ask_as("Bearer guess", PATH, WHO).status, 401);
    }
    assert_eq!(world.ask_as(&key, PATH, WHO).status, 200);
    let throttled = world.ask_as("Bearer guess", PATH, WHO);
    assert_eq!((throttled.status, throttled.header("retry-after")), (429, "61"));
    assert_eq!(throttled.json()["errors"][0]["extensions"]["code"], "THROTTLED");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_listed_sites_may_read_answers() {
    let world = World::open(Backend::Sqlite).await;
    let (_, key) = world.key("Awa", Grant::Editorial(Role::Editor)).await;
    let ask = |origin: &str| world.ask(PATH, WHO, &[("authorization", key.as_str()), ("origin", origin)]);
    let listed = "https://desk.example";
    for answer in [ask(listed), world.preflight(PATH, listed)] {
        assert_eq!(answer.header("access-control-allow-origin"), listed);
        assert!(
            answer.header("vary").contains("Origin")
                && !answer.headers.contains_key("access-control-allow-credentials")
        );
    }
    for origin in [
        "null",
        "https://DESK.example",
        "https://desk.example.evil",
        "http://desk.example",
        "https://desk.example:8443",
    ] {
        for answer in [ask(origin), world.preflight(PATH, origin)] {
            let allowing = answer.headers.keys().find(|name| name.starts_with("access-control-"));
            assert_eq!(allowing, None, "{origin}");
        }
    }
    assert_eq!(ask(listed).header("cross-origin-resource-policy"), "same-origin");
}

#[tokio::test(flavor = "multi_thread")]
async fn long_texts_fit_and_links_change_nothing() {
    let world = World::open(Backend::Sqlite).await;
    let (_, key) = world.key("Awa", Grant::Editorial(Role::Editor)).await;
    let body = |count: usize| json!({ "query": WHO, "variables": { "x": "x".repeat(count) } });
    let code = |answer: Answer| (answer.status, answer.json()["errors"][0]["extensions"]["code"].clone());
    assert_eq!(world.try_post_as(&key, PATH, &body(900 * 1024)), Some(200));
    // Whoever sends more is cut off, perhaps before the answer is read.
    assert!(matches!(world.try_post_as(&key, PATH, &body(1024 * 1024)), None | Some(413)));
    let many = |count: usize| world.ask_as(&key, PATH, &format!("{{ viewer {{ {} }} }}", "name ".repeat(count)));
    assert_eq!(many(1_800).status, 200);
    assert_eq!(code(many(4_100)).1, "COST_LIMIT");

    let mutation = "mutation%7BpreviewTokenRevoke(input:%7Bid:%22x%22%7D)%7Bid%7D%7D";
    let refused = world.get_as(&key, &format!("{PATH}?query={mutation}"));
    assert_eq!((refused.status, refused.header("allow")), (405, "POST"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_author_shows_a_draft_by_a_token_and_takes_it_back(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::open(backend).await;
    let (_, author) = world.key("Awa", Grant::Editorial(Role::Author)).await;
    let (_, head) = world.key("Head", Grant::Editorial(Role::Administrator)).await;
    let topic = world.mutate(
        &author,
        "topicCreate",
        "TopicCreateInput",
        "draft { contentId }",
        json!({
            "texts": [{ "locale": "fr", "name": "Remaniement" }]
        }),
    );
    let content_id = &topic["draft"]["contentId"];
    let create = |input: Value| {
        world.mutate(&author, "previewTokenCreate", "PreviewTokenCreateInput", "id token expiresAt", input)
    };

    let made = create(json!({ "contentId": content_id, "lifetimeMinutes": 5 }));
    assert_eq!((&made["userErrors"], &made["expiresAt"]), (&json!([]), &json!("2026-06-01T12:05:00Z")));
    let token = format!("Bearer {}", made["token"].as_str().unwrap());
    let names = "{ topics { nodes { name } } }";
    let shown = world.ask_as(&token, "/preview/graphql", names);
    assert_eq!(shown.json()["data"]["topics"]["nodes"], json!([{ "name": "Remaniement" }]));

    let refused = create(json!({ "contentId": content_id, "lifetimeMinutes": 1441 }));
    assert_eq!((&refused["id"], &refused["userErrors"][0]["code"]), (&json!(null), &json!("INVALID")));
    let refused = create(json!({ "contentId": id(9).to_string() }));
    assert_eq!((&refused["id"], &refused["userErrors"][0]["code"]), (&json!(null), &json!("NOT_FOUND")));

    let revoke =
        || world.mutate(&author, "previewTokenRevoke", "PreviewTokenRevokeInput", "id", json!({ "id": made["id"] }));
    assert_eq!(revoke()["userErrors"], json!([]));
    assert_eq!(world.ask_as(&token, "/preview/graphql", names).status, 401);
    assert_eq!(revoke()["userErrors"][0]["code"], "NOT_FOUND");

    let log = world.ask_as(&head, PATH, "{ auditLog { verb detail } }");
    assert_eq!(log.body.matches("preview").count(), 2, "{log:?}");
    assert!(!log.body.contains(made["token"].as_str().unwrap()));
}
