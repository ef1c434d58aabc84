//! Keys and preview tokens: what is kept of them, and when they end.

use griot_persistence::{
    AccessKey, AccessKeys, EditorialStore, KeyCreation, KeyGrant, Location, PreviewToken, StoreError, principal_of,
};
use rstest::rstest;
use sea_orm::{ConnectionTrait, Database, TransactionTrait};

use crate::support::{self, *};

fn key(id: &str) -> AccessKey {
    AccessKey {
        id: id.to_owned(),
        holder: id.to_owned(),
        name: format!("holder of {id}"),
        grant: KeyGrant::Editorial { role: "editor".to_owned() },
        hash: [7; 32],
        created_at: at("2026-01-01"),
        expires_at: None,
        last_used_at: None,
        revoked_at: None,
    }
}

fn token(id: &str, until: &str) -> PreviewToken {
    PreviewToken {
        id: id.to_owned(),
        entries: vec![support::id(1), support::id(2)],
        holder: principal_of("first"),
        hash: [9; 32],
        created_at: at("2026-01-01"),
        expires_at: at(until),
        revoked_at: None,
    }
}

#[rstest]
#[tokio::test]
async fn a_key_comes_back_as_it_was_kept(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    let keys = AccessKeys::open(&store.location).await.unwrap();
    let editorial = AccessKey { expires_at: Some(at("2026-03-01")), ..key("first") };
    let partner = AccessKey {
        grant: KeyGrant::Delivery { partner: None, sees_embargoed: true, operations: Some("trusted".to_owned()) },
        ..key("second")
    };
    for one in [&editorial, &partner] {
        assert_eq!(keys.create(one).await.unwrap(), KeyCreation::Created);
        assert_eq!(keys.find(&one.id).await.unwrap().as_ref(), Some(one));
    }
    assert_eq!(keys.find("third").await.unwrap(), None);
    assert_eq!(keys.list().await.unwrap(), [editorial.clone(), partner]);
    assert!(editorial.is_live(at("2026-02-28")) && !editorial.is_live(at("2026-03-01")));
}

#[rstest]
#[tokio::test]
async fn a_holder_has_at_most_two_live_keys(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    let keys = AccessKeys::open(&store.location).await.unwrap();
    let same = |id: &str| AccessKey { id: id.to_owned(), ..key("first") };
    for id in ["first", "second"] {
        assert_eq!(keys.create(&same(id)).await.unwrap(), KeyCreation::Created);
    }
    let refused = keys.create(&same("third")).await.unwrap();
    let KeyCreation::TooMany { mut live } = refused else { panic!("{refused:?}") };
    live.sort();
    assert_eq!(live, ["first", "second"]);
    assert_eq!(keys.find("third").await.unwrap(), None);

    keys.revoke("first", at("2026-01-01")).await.unwrap();
    assert_eq!(keys.create(&same("third")).await.unwrap(), KeyCreation::Created);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn keys_made_at_the_same_time_do_not_slip_past_the_limit(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let mut running = Vec::new();
    for number in 0..6 {
        let keys = AccessKeys::open(&store.location).await.unwrap();
        let key = AccessKey { id: format!("key{number}"), ..key("first") };
        running.push(tokio::spawn(async move { keys.create(&key).await.unwrap() }));
    }
    let mut created = 0;
    for one in running {
        created += usize::from(one.await.unwrap() == KeyCreation::Created);
    }
    assert_eq!(created, 2);
}

#[rstest]
#[tokio::test]
async fn a_name_belongs_to_one_holder_while_a_key_is_live(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let keys = AccessKeys::open(&store.location).await.unwrap();
    keys.create(&AccessKey { expires_at: Some(at("2026-02-01")), ..key("first") }).await.unwrap();
    let namesake = AccessKey { name: "holder of first".to_owned(), ..key("second") };
    assert_eq!(keys.create(&namesake).await.unwrap(), KeyCreation::NameTaken { by: "first".to_owned() });
    assert_eq!(keys.list().await.unwrap().len(), 1);
    let later = AccessKey { created_at: at("2026-02-01"), ..namesake };
    assert_eq!(keys.create(&later).await.unwrap(), KeyCreation::Created);
}

#[rstest]
#[tokio::test]
async fn a_revoked_key_stays_revoked_since_the_first_time(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let keys = AccessKeys::open(&store.location).await.unwrap();
    keys.create(&key("first")).await.unwrap();
    for day in ["2026-01-02", "2026-01-03"] {
        assert_eq!(keys.revoke("first", at(day)).await.unwrap(), Some(at("2026-01-02")));
    }
    assert_eq!(keys.revoke("second", at("2026-01-02")).await.unwrap(), None);
    let kept = AccessKeys::open(&store.location).await.unwrap().find("first").await.unwrap().unwrap();
    assert!(!kept.is_live(at("2026-01-02")));
}

#[rstest]
#[tokio::test]
async fn use_is_noted_once_a_minute(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    let keys = AccessKeys::open(&store.location).await.unwrap();
    keys.create(&key("first")).await.unwrap();
    let noted = [
        ("2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z"),
        ("2026-01-02T00:00:59Z", "2026-01-02T00:00:00Z"),
        ("2026-01-02T00:01:00Z", "2026-01-02T00:01:00Z"),
    ];
    for (used, kept) in noted {
        keys.touch("first", at(used)).await.unwrap();
        assert_eq!(keys.find("first").await.unwrap().unwrap().last_used_at, Some(at(kept)), "{used}");
    }
}

#[rstest]
#[tokio::test]
async fn keys_are_found_while_something_long_is_written(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let keys = AccessKeys::open(&store.location).await.unwrap();
    keys.create(&key("first")).await.unwrap();
    let editorial = match &store.location {
        Location::Sqlite { data_dir } => format!("sqlite://{}", data_dir.join("editorial.db").display()),
        Location::Postgres { url, .. } => url.clone(),
    };
    let db = Database::connect(editorial).await.unwrap();
    let writing = db.begin().await.unwrap();
    let table = if backend == Backend::Postgres { "editorial.access_key" } else { "access_key" };
    writing.execute_unprepared(&format!("UPDATE {table} SET name = 'another'")).await.unwrap();
    assert_eq!(keys.find("first").await.unwrap().unwrap().name, "holder of first");
    writing.commit().await.unwrap();
    assert_eq!(keys.find("first").await.unwrap().unwrap().name, "another");
}

#[rstest]
#[tokio::test]
async fn a_preview_token_lives_a_day_at_most(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    let keys = AccessKeys::open(&store.location).await.unwrap();
    let kept = token("shown", "2026-01-02");
    keys.create_preview(&kept).await.unwrap();
    assert_eq!(keys.find_preview("shown").await.unwrap(), Some(kept.clone()));
    assert!(kept.is_live(at("2026-01-01T23:59:59Z")) && !kept.is_live(at("2026-01-02")));
    let refused = keys.create_preview(&token("long", "2026-01-02T00:00:01Z")).await.unwrap_err();
    assert!(matches!(refused, StoreError::Database(_)), "{refused}");
    assert_eq!(keys.find_preview("long").await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn a_preview_token_ends_by_itself_or_with_its_holders_last_key(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let keys = AccessKeys::open(&store.location).await.unwrap();
    for id in ["first", "second"] {
        keys.create(&AccessKey { id: id.to_owned(), ..key("first") }).await.unwrap();
    }
    for id in ["a", "b"] {
        keys.create_preview(&token(id, "2026-01-02")).await.unwrap();
    }
    let noon = at("2026-01-01T12:00:00Z");
    assert!(keys.revoke_preview("a", noon).await.unwrap());
    assert!(!keys.revoke_preview("a", noon).await.unwrap());
    assert!(!keys.find_preview("a").await.unwrap().unwrap().is_live(noon));

    keys.revoke("first", noon).await.unwrap();
    assert!(keys.find_preview("b").await.unwrap().unwrap().is_live(noon), "the second key goes on");
    keys.revoke("second", noon).await.unwrap();
    assert!(!keys.find_preview("b").await.unwrap().unwrap().is_live(noon));
}

#[rstest]
#[tokio::test]
async fn a_preview_token_shows_nothing_while_its_holder_has_no_live_key(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let keys = AccessKeys::open(&store.location).await.unwrap();
    let kept = token("a", "2026-01-02");
    let noon = at("2026-01-01T12:00:00Z");
    assert!(!keys.is_holder_live(&kept, noon).await.unwrap(), "there is no such key");
    let ending = AccessKey { id: "first".to_owned(), expires_at: Some(at("2026-01-01T13:00:00Z")), ..key("first") };
    keys.create(&ending).await.unwrap();
    assert!(keys.is_holder_live(&kept, noon).await.unwrap());
    assert!(!keys.is_holder_live(&kept, at("2026-01-01T13:00:00Z")).await.unwrap(), "it is over");
    keys.create(&AccessKey { id: "second".to_owned(), ..key("first") }).await.unwrap();
    assert!(keys.is_holder_live(&kept, at("2026-01-01T13:00:00Z")).await.unwrap(), "another goes on");
    keys.revoke("second", noon).await.unwrap();
    keys.revoke("first", noon).await.unwrap();
    // A server that believed the key for some moments more.
    keys.create_preview(&token("late", "2026-01-02")).await.unwrap();
    assert!(!keys.is_holder_live(&token("late", "2026-01-02"), noon).await.unwrap());
    let of_account = PreviewToken { holder: "oidc:awa@https://id.example".to_owned(), ..kept };
    assert!(keys.is_holder_live(&of_account, noon).await.unwrap(), "accounts live at their provider");
}

#[rstest]
#[tokio::test]
async fn the_preview_tokens_that_name_an_entry_end_together(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let keys = AccessKeys::open(&store.location).await.unwrap();
    let naming = |token_id: &str, numbers: &[u128]| {
        let entries = numbers.iter().copied().map(support::id).collect();
        PreviewToken { entries, ..token(token_id, "2026-01-02") }
    };
    let made = [naming("a", &[1]), naming("b", &[2, 1]), naming("c", &[2, 3, 1]), naming("d", &[2, 3])];
    for token in &made {
        keys.create_preview(token).await.unwrap();
        assert_eq!(keys.find_preview(&token.id).await.unwrap().as_ref(), Some(token));
    }
    let (noon, editorial) = (at("2026-01-01T12:00:00Z"), EditorialStore::open(&store.location).await.unwrap());
    let act = editorial.begin().await.unwrap();
    act.end_previews_of(support::id(1), noon).await.unwrap();
    act.commit().await.unwrap();
    for (token, is_live) in made.iter().zip([false, false, false, true]) {
        assert_eq!(keys.find_preview(&token.id).await.unwrap().unwrap().is_live(noon), is_live, "{}", token.id);
    }
}

#[tokio::test]
async fn a_preview_token_names_an_entry_at_least() {
    let store = fresh_store(Backend::Sqlite).await;
    let keys = AccessKeys::open(&store.location).await.unwrap();
    let empty = PreviewToken { entries: Vec::new(), ..token("empty", "2026-01-02") };
    assert!(keys.create_preview(&empty).await.unwrap_err().to_string().contains("names no entry"));
    assert_eq!(keys.find_preview("empty").await.unwrap(), None);
}

#[tokio::test]
async fn tokens_that_ended_a_day_ago_are_forgotten() {
    let store = fresh_store(Backend::Sqlite).await;
    let keys = AccessKeys::open(&store.location).await.unwrap();
    keys.create_preview(&token("old", "2026-01-02")).await.unwrap();
    let next = PreviewToken { created_at: at("2026-01-04"), ..token("new", "2026-01-04T01:00:00Z") };
    keys.create_preview(&next).await.unwrap();
    assert_eq!(keys.find_preview("old").await.unwrap(), None);
    assert!(keys.find_preview("new").await.unwrap().is_some());
}

#[tokio::test]
async fn a_record_without_an_editorial_store_has_no_keys_and_says_so() {
    let store = fresh_store(Backend::Sqlite).await;
    std::fs::remove_file(store.database.data_dir().join("editorial.db")).unwrap();
    let refused = AccessKeys::open(&store.location).await.unwrap_err();
    assert!(matches!(refused, StoreError::NoEditorialStore { .. }), "{refused}");

    let store = fresh_store(Backend::Postgres).await;
    store.raw("DROP SCHEMA editorial CASCADE").await;
    let refused = AccessKeys::open(&store.location).await.unwrap_err();
    assert!(matches!(refused, StoreError::NoEditorialStore { .. }), "{refused}");
}

#[tokio::test]
async fn the_login_of_delivery_finds_no_editorial_store() {
    let store = fresh_store(Backend::Postgres).await;
    store.raw("CREATE ROLE reader_without_keys LOGIN IN ROLE griot_delivery").await;
    let url = store.database.url_as("reader_without_keys");
    let location = Location::Postgres { url, delivery_url: None };
    let refused = AccessKeys::open(&location).await.unwrap_err();
    assert!(matches!(refused, StoreError::NoEditorialStore { .. }), "{refused}");
}
