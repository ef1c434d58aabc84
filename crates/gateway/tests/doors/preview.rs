//! `/preview/graphql`: one entry as it would be.

use chrono::TimeDelta;
use griot_persistence::StoreName;
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::json;

use crate::support::{World, id, topic};

const NAMES: &str = "{ topics { nodes { name } totalCount } }";

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_token_shows_its_entry_and_no_other_draft(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = World::open(backend).await;
    world.put(StoreName::Published, &[topic(1, "eau")]).await;
    world.put(StoreName::Editorial, &[topic(2, "remaniement"), topic(3, "secret")]).await;
    let (_, token) = world.preview_token(id(2)).await;
    let shown = world.ask_as(&token, "/preview/graphql", NAMES);
    let data = json!({ "topics": { "nodes": [{ "name": "eau" }, { "name": "remaniement" }], "totalCount": 2 } });
    assert_eq!((shown.status, &shown.json()["data"]), (200, &data));
    assert_eq!(shown.header("cache-control"), "private, no-store");
    assert!(shown.header("x-robots-tag").contains("noindex"), "{shown:?}");
    for query in ["{ topic(slug: \"secret\") { name } }", &format!("{{ topic(contentId: \"{}\") {{ name }} }}", id(3))]
    {
        assert_eq!(world.ask_as(&token, "/preview/graphql", query).json()["data"]["topic"], json!(null), "{query}");
    }
    assert_eq!(world.ask_as(&token, "/graphql", NAMES).status, 401, "it opens nothing else");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn more_entries_are_previewed_in_turn_than_are_kept_open(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::open(backend).await;
    let drafts: Vec<_> = (1..=12).map(|number| topic(number, &format!("projet-{number}"))).collect();
    world.put(StoreName::Editorial, &drafts).await;
    let mut tokens = Vec::new();
    for number in 1..=12 {
        tokens.push(world.preview_token(id(number)).await.1);
    }
    for (number, token) in (1..=12).zip(&tokens).chain((1..=12).zip(&tokens)) {
        let shown = world.ask_as(token, "/preview/graphql", NAMES).json();
        assert_eq!(shown["data"]["topics"]["nodes"], json!([{ "name": format!("projet-{number}") }]), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_revoked_or_ended_shows_nothing_from_then_on() {
    let world = World::open(Backend::Sqlite).await;
    world.put(StoreName::Editorial, &[topic(2, "remaniement")]).await;
    let (revoked, first) = world.preview_token(id(2)).await;
    let (_, second) = world.preview_token(id(3)).await;
    for token in [&first, &second] {
        assert_eq!(world.ask_as(token, "/preview/graphql", NAMES).status, 200);
    }
    assert!(world.keys.revoke_preview(&revoked).await.unwrap());
    let refused = world.ask_as(&first, "/preview/graphql", NAMES);
    assert_eq!((refused.status, refused.header("www-authenticate")), (401, "Bearer"));
    world.wait(TimeDelta::hours(1));
    assert_eq!(world.ask_as(&second, "/preview/graphql", NAMES), refused);
    assert_eq!(world.ask("/preview/graphql", NAMES, &[]), refused, "as without any");
    assert!(refused.header("x-robots-tag").contains("noindex"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_open_no_preview() {
    let world = World::open(Backend::Sqlite).await;
    let (_, key) = world.delivery_key("Partner", true).await;
    assert_eq!(world.ask_as(&key, "/preview/graphql", NAMES).status, 401);
    let (_, token) = world.preview_token(id(2)).await;
    let query = format!("/preview/graphql?query={{__typename}}&token={}", &token["Bearer ".len()..]);
    assert_eq!(world.get(&query).status, 401, "a token is taken from the header alone");
}
