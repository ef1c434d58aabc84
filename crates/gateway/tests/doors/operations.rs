//! Stored documents: from the published store to whoever names them, by the mode of the key.

use griot_access::{Grant, OperationGrant, Role};
use griot_front::{OperationMode, document_hash};
use griot_persistence::{OperationImport, Operations, StoreName, StoredOperation};
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Answer, World, id, topic};

const NAMES: &str = "query Names { topics { nodes { name } } }";
const COUNT: &str = "query Count { topics { totalCount } }";

fn stored(id: &str, document: &str) -> StoredOperation {
    let added_at = "2026-05-01T00:00:00Z".parse().unwrap();
    StoredOperation { id: id.to_owned(), document: document.to_owned(), source: "codegen".to_owned(), added_at }
}

async fn store(world: &World, operations: &[StoredOperation]) -> OperationImport {
    let handle = Operations::open(&world.location).await.unwrap();
    handle.import(operations).await.unwrap()
}

fn by_id(world: &World, id: &str) -> Answer {
    world.get(&format!("/graphql?documentId={id}"))
}

fn code(answer: &Answer) -> Value {
    answer.json()["errors"][0]["extensions"]["code"].clone()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_stored_is_served_and_what_is_removed_is_not(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::open_in(backend, OperationMode::Trusted).await;
    world.put(StoreName::Published, &[topic(1, "eau")]).await;
    world.operations.catch_up().await.unwrap();
    assert_eq!(code(&by_id(&world, "names")), "PERSISTED_QUERY_NOT_FOUND");

    let both = [stored("count", COUNT), stored("names", NAMES)];
    assert_eq!(store(&world, &both).await, OperationImport::Stored { added: 2 });
    world.operations.catch_up().await.unwrap();
    let expected = json!({ "data": { "topics": { "nodes": [{ "name": "eau" }] } } });
    let answer = by_id(&world, "names");
    assert_eq!((answer.status, answer.json()), (200, expected.clone()));
    assert_eq!(answer.header("vary"), "Accept, Accept-Encoding, Authorization");
    assert!(
        answer.header("surrogate-key").contains(&format!("operation-{}", &document_hash(NAMES)[..16])),
        "{answer:?}"
    );
    let refused = world.ask("/graphql", "{ topics { totalCount } }", &[]);
    assert_eq!((code(&refused), refused.header("cache-control")), (json!("PERSISTED_QUERY_REQUIRED"), "no-store"));

    // Once more, and with another text under a known id: nothing is written, not even what is new.
    assert_eq!(store(&world, &both).await, OperationImport::Stored { added: 0 });
    let taken = [stored("fresh", NAMES), stored("names", COUNT)];
    assert_eq!(store(&world, &taken).await, OperationImport::Taken { id: "names".to_owned() });
    let handle = Operations::open(&world.location).await.unwrap();
    assert_eq!(handle.list().await.unwrap(), both);

    let gone = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    assert_eq!(handle.remove(&gone(&["names", "other"])).await.unwrap(), gone(&["other"]));
    world.operations.catch_up().await.unwrap();
    assert_eq!(by_id(&world, "names").json(), expected, "all or nothing");
    assert_eq!(handle.remove(&gone(&["names"])).await.unwrap(), gone(&[]));
    world.operations.catch_up().await.unwrap();
    assert_eq!(code(&by_id(&world, "names")), "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(by_id(&world, "count").json()["data"]["topics"]["totalCount"], 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_running_gateway_hears_of_them_by_itself(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = World::open(backend).await;
    let following = std::sync::Arc::clone(&world.operations);
    let task = tokio::spawn(async move { following.follow().await });
    store(&world, &[stored("names", NAMES)]).await;
    for _ in 0..300 {
        if by_id(&world, "names").json().get("data").is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(by_id(&world, "names").status, 200);
    task.abort();
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_key_says_more_or_less_than_what_is_set_for_everybody(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(OperationMode::Open, OperationMode::Apq, OperationMode::Trusted)] default: OperationMode,
) {
    let world = World::open_in(backend, default).await;
    world.put(StoreName::Published, &[topic(1, "eau")]).await;
    store(&world, &[stored("names", NAMES)]).await;
    world.operations.catch_up().await.unwrap();
    // Answers are kept from here on, and must not be shared across modes.
    world.tail.catch_up().await;

    let mut callers = vec![(None, default)];
    for (name, operations, mode) in [
        ("Unset", None, default),
        ("Open", Some(OperationGrant::Open), OperationMode::Open),
        ("Apq", Some(OperationGrant::Apq), OperationMode::Apq),
        ("Trusted", Some(OperationGrant::Trusted), OperationMode::Trusted),
    ] {
        let (_, key) = world.key(name, Grant::Delivery { partner: None, sees_embargoed: false, operations }).await;
        callers.push((Some(key), mode));
    }
    let (_, editor) = world.key("Desk", Grant::Editorial(Role::Author)).await;
    callers.push((Some(editor), OperationMode::Open));

    let apq = |text: &str| json!({ "persistedQuery": { "version": 1, "sha256Hash": document_hash(text) } });
    let sent = json!({ "query": COUNT, "extensions": apq(COUNT) });
    for _ in 0..2 {
        for (key, mode) in &callers {
            let ask = |body: &Value| match key {
                Some(key) => world.post_as(key, "/graphql", body),
                None => world.post("/graphql", body),
            };
            let open = ask(&json!({ "query": COUNT }));
            assert_eq!(open.json().get("data").is_some(), *mode == OperationMode::Open, "{mode:?} {open:?}");
            let registered = ask(&sent);
            let by_hash = ask(&json!({ "extensions": apq(COUNT) }));
            for answer in [registered, by_hash] {
                assert_eq!(answer.json().get("data").is_some(), *mode != OperationMode::Trusted, "{mode:?} {answer:?}");
            }
            let named = ask(&json!({ "documentId": "names" }));
            assert_eq!(named.json()["data"]["topics"]["nodes"][0]["name"], "eau", "{mode:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn previews_and_editors_are_bound_by_no_mode() {
    let world = World::open_in(Backend::Sqlite, OperationMode::Trusted).await;
    world.put(StoreName::Published, &[topic(1, "eau")]).await;
    let (_, preview) = world.preview_token(id(1)).await;
    assert_eq!(world.ask_as(&preview, "/preview/graphql", COUNT).json()["data"]["topics"]["totalCount"], 1);
    let (_, editor) = world.key("Desk", Grant::Editorial(Role::Editor)).await;
    assert_eq!(world.ask_as(&editor, "/editorial/graphql", "{ __typename }").status, 200);
    let by_hash = json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": document_hash(COUNT) } } });
    let told = world.post_as(&editor, "/editorial/graphql", &by_hash);
    assert_eq!(told.json()["errors"][0]["message"], "PersistedQueryNotSupported", "clients send whole documents there");
}
