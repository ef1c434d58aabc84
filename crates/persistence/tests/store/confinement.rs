//! Delivery reads what is published, and nothing else.

use griot_domain::EntryKind;
use griot_persistence::{
    DELIVERY_ROLE, EARLY_ROLE, EDITORIAL_ROLE, Level, Location, PREVIEW_ROLE, PreviewScope, PublishedStore, Publisher,
    StoreName, doctor, migrate,
};
use griot_testbed::TestDatabase;
use rstest::rstest;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement};

use crate::support::*;

async fn connect_as(database: &TestDatabase, login: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(database.url_as(login));
    options.sqlx_logging(false).max_connections(1);
    Database::connect(options).await.unwrap()
}

/// A login of its own that may be what `griot_delivery` is; roles belong to the cluster, hence a name for each test.
async fn login(store: &Store, name: &str) {
    login_as(store, name, DELIVERY_ROLE).await;
}

async fn login_as(store: &Store, name: &str, role: &str) {
    store.raw(&format!("CREATE ROLE {name} LOGIN IN ROLE {role}")).await;
}

const CONTENT: [&str; 12] = [
    "entry",
    "entry_version",
    "edition",
    "naming",
    "link",
    "slug",
    "external_id",
    "old_path",
    "notice",
    "journal",
    "journal_head",
    "applied",
];

/// Documents of clients: beside what is published, and not where it is written.
const OPERATIONS: [&str; 2] = ["operation", "operation_head"];

/// What is stated of what is published, likewise.
const STATEMENTS: [&str; 4] = ["statement", "statement_digest", "log_hash", "statement_head"];

#[tokio::test]
async fn the_role_of_delivery_may_select_what_is_published_and_nothing_else() {
    let store = fresh_store(Backend::Postgres).await;
    store.publish(&[article(1, "2024-01-01").build()]).await;
    login(&store, "reader_confined").await;
    let db = connect_as(&store.database, "reader_confined").await;
    for table in CONTENT.into_iter().chain(OPERATIONS).chain(STATEMENTS) {
        db.execute_unprepared(&format!("SELECT * FROM published.{table}")).await.unwrap();
        for hidden in ["editorial", "embargoed", "early", "preview"] {
            assert_denied(db.execute_unprepared(&format!("SELECT * FROM {hidden}.{table}")).await);
        }
    }
    assert_denied(db.execute_unprepared("SELECT * FROM editorial.mention_suggestion").await);
    for sql in [
        "INSERT INTO published.journal_head VALUES (2, 2)",
        "UPDATE published.journal_head SET seq = 99",
        "DELETE FROM published.journal",
        "TRUNCATE published.link",
        "INSERT INTO published.operation VALUES ('a', 'b', '{ a }', 'codegen', 0)",
        "UPDATE published.operation_head SET number = 9",
        "UPDATE published.statement_head SET size = 0",
        "DELETE FROM published.statement",
        "CREATE TABLE published.mine (id INTEGER)",
        "CREATE TABLE editorial.mine (id INTEGER)",
    ] {
        assert_denied(db.execute_unprepared(sql).await);
    }
}

/// Every table, view and sequence outside of `shown`, as the catalogue has them.
async fn hidden_from(owner: &DatabaseConnection, shown: &[&str]) -> Vec<String> {
    let sql = "SELECT format('%I.%I', nspname, relname) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace \
               WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND nspname !~ '^pg_' AND nspname <> 'information_schema'";
    let rows = owner.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap();
    let mut names: Vec<String> = rows.into_iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    names.retain(|name| !shown.iter().any(|schema| name.starts_with(&format!("{schema}."))));
    names.sort();
    names
}

/// New tables are found by themselves: whatever a migration adds is closed to readers.
#[rstest]
#[case::delivery(DELIVERY_ROLE, &["published"])]
#[case::early_readers(EARLY_ROLE, &["published", "embargoed", "early"])]
#[case::previews(PREVIEW_ROLE, &["preview"])]
#[tokio::test]
async fn a_reader_is_denied_every_table_that_is_not_its_own(#[case] role: &str, #[case] shown: &[&str]) {
    let store = fresh_store(Backend::Postgres).await;
    let name = format!("reader_of_{role}");
    login_as(&store, &name, role).await;
    let (owner, reader) =
        (Database::connect(store.database.url()).await.unwrap(), connect_as(&store.database, &name).await);
    let hidden = hidden_from(&owner, shown).await;
    for table in ["draft", "revision", "schedule", "audit", "access_key", "preview_token", "edition", "act"] {
        assert!(hidden.contains(&format!("editorial.{table}")), "{hidden:?}");
    }
    for schema in ["editorial", "embargoed", "early", "preview", "published"] {
        let known = hidden.iter().any(|name| name.starts_with(&format!("{schema}.")));
        assert_eq!(known, !shown.contains(&schema), "{schema}: {hidden:?}");
    }
    for table in &hidden {
        assert_denied(reader.execute_unprepared(&format!("SELECT * FROM {table}")).await);
        assert_denied(reader.execute_unprepared(&format!("DELETE FROM {table}")).await);
        // Not for want of a way into the schema alone.
        let sql = format!(
            "SELECT has_table_privilege('{name}', '{table}', 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') \
             OR has_any_column_privilege('{name}', '{table}', 'SELECT, INSERT, UPDATE, REFERENCES')"
        );
        let row = owner.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap().unwrap();
        assert!(!row.try_get_by_index::<bool>(0).unwrap(), "{role} was granted something of {table}");
    }
    println!("{role}: {} tables and views denied", hidden.len());
}

#[tokio::test]
async fn early_readers_may_select_what_is_published_and_embargoed_and_nothing_else() {
    let store = fresh_store(Backend::Postgres).await;
    login_as(&store, "reader_early", EARLY_ROLE).await;
    let db = connect_as(&store.database, "reader_early").await;
    for table in CONTENT.into_iter().chain(OPERATIONS) {
        db.execute_unprepared(&format!("SELECT * FROM early.{table}")).await.unwrap();
        for shown in ["published", "embargoed"] {
            db.execute_unprepared(&format!("SELECT * FROM {shown}.{table}")).await.unwrap();
            assert_denied(db.execute_unprepared(&format!("TRUNCATE {shown}.{table}")).await);
        }
        for hidden in ["editorial", "preview"] {
            assert_denied(db.execute_unprepared(&format!("SELECT * FROM {hidden}.{table}")).await);
        }
    }
    assert_denied(db.execute_unprepared("CREATE TABLE embargoed.mine (id INTEGER)").await);
}

#[tokio::test]
async fn previews_may_select_from_their_views_and_from_no_table() {
    let store = fresh_store(Backend::Postgres).await;
    login_as(&store, "reader_preview", PREVIEW_ROLE).await;
    let db = connect_as(&store.database, "reader_preview").await;
    let unset = db.execute_unprepared("SELECT * FROM preview.entry").await.unwrap_err().to_string();
    assert!(unset.contains("griot.preview_entries"), "without a scope nothing is shown: {unset}");
    db.execute_unprepared(&format!("SET griot.preview_entries = '{}'", id(1))).await.unwrap();
    for table in CONTENT.into_iter().chain(OPERATIONS) {
        db.execute_unprepared(&format!("SELECT * FROM preview.{table}")).await.unwrap();
        for schema in ["published", "embargoed", "editorial", "early"] {
            assert_denied(db.execute_unprepared(&format!("SELECT * FROM {schema}.{table}")).await);
        }
    }
    assert_denied(db.execute_unprepared("DELETE FROM preview.journal").await);
}

#[tokio::test]
async fn the_editorial_role_writes_rows_of_its_store_and_changes_no_table() {
    let store = fresh_store(Backend::Postgres).await;
    login_as(&store, "writer_editorial", EDITORIAL_ROLE).await;
    let db = connect_as(&store.database, "writer_editorial").await;
    for table in CONTENT {
        for schema in ["published", "embargoed", "editorial"] {
            db.execute_unprepared(&format!("SELECT * FROM {schema}.{table}")).await.unwrap();
        }
        for schema in ["published", "embargoed"] {
            assert_denied(db.execute_unprepared(&format!("DELETE FROM {schema}.{table}")).await);
        }
        db.execute_unprepared(&format!("DELETE FROM editorial.{table} WHERE false")).await.unwrap();
    }
    for table in OPERATIONS {
        db.execute_unprepared(&format!("SELECT * FROM published.{table}")).await.unwrap();
        assert_denied(db.execute_unprepared(&format!("DELETE FROM published.{table}")).await);
        let absent = db.execute_unprepared(&format!("SELECT * FROM editorial.{table}")).await.unwrap_err().to_string();
        assert!(absent.contains("does not exist"), "{absent}");
    }
    for sql in [
        "CREATE TABLE editorial.mine (id INTEGER)",
        "TRUNCATE editorial.link",
        "DELETE FROM editorial.seaql_migrations",
        "CREATE SCHEMA mine",
    ] {
        assert_denied(db.execute_unprepared(sql).await);
    }
    let dropped = db.execute_unprepared("DROP TABLE editorial.link").await.unwrap_err().to_string();
    assert!(dropped.contains("must be owner"), "{dropped}");
}

fn assert_denied<T: std::fmt::Debug>(result: Result<T, DbErr>) {
    let error = result.unwrap_err().to_string();
    assert!(error.contains("permission denied"), "{error}");
}

#[tokio::test]
async fn delivery_works_with_a_login_of_its_own() {
    let store = fresh_store(Backend::Postgres).await;
    store.publish(&[article(1, "2024-01-01").build()]).await;
    login(&store, "reader_by_itself").await;
    let location = Location::Postgres {
        url: "postgres://nobody@127.0.0.1:1/nowhere".to_owned(),
        delivery_url: Some(store.database.url_as("reader_by_itself")),
    };
    let reader = PublishedStore::open(&location).await.unwrap();
    assert_eq!(reader.records(&now("fr"), &[id(1)]).await.unwrap().len(), 1);
    assert_eq!(reader.last_seq().await.unwrap(), 1);
}

#[tokio::test]
async fn an_owner_without_any_power_over_roles_can_migrate_publish_and_deliver() {
    // The roles are there already: an administrator made them.
    let store = fresh_store(Backend::Postgres).await;
    store.raw("CREATE ROLE plain_owner LOGIN").await;
    for role in [DELIVERY_ROLE, EARLY_ROLE, PREVIEW_ROLE, EDITORIAL_ROLE] {
        store.raw(&format!("GRANT {role} TO plain_owner")).await;
    }
    let database = griot_testbed::database(Backend::Postgres);
    let name = database.url().rsplit_once('/').unwrap().1.to_owned();
    store.raw(&format!("GRANT CREATE ON DATABASE {name} TO plain_owner")).await;
    let location = Location::Postgres { url: database.url_as("plain_owner"), delivery_url: None };
    migrate(&location).await.unwrap();
    let publisher = Publisher::open(&location, StoreName::Published).await.unwrap();
    publisher.publish(&[article(1, "2024-01-01").build()], &act("2026-01-01")).await.unwrap();
    let editorial = Publisher::open(&location, StoreName::Editorial).await.unwrap();
    editorial.publish(&[article(2, "2024-01-01").build()], &act("2026-01-01")).await.unwrap();
    let embargoed = Publisher::open(&location, StoreName::Embargoed).await.unwrap();
    embargoed.publish(&[article(3, "2024-01-01").build()], &act("2026-01-01")).await.unwrap();
    let preview = PublishedStore::open_preview(&location, PreviewScope { entries: vec![id(2)] }).await.unwrap();
    assert_eq!(preview.records(&now("fr"), &[id(1), id(2), id(3)]).await.unwrap().len(), 2);
    let early = PublishedStore::open_early(&location).await.unwrap();
    assert_eq!(early.records(&now("fr"), &[id(1), id(2), id(3)]).await.unwrap().len(), 2);
    let findings = doctor(&location).await;
    assert!(findings.iter().all(|finding| finding.level == Level::Ok), "{findings:#?}");
}

#[tokio::test]
async fn delivery_works_without_the_editorial_and_the_embargoed_store() {
    let store = fresh_store(Backend::Sqlite).await;
    store.publish(&[article(1, "2024-01-01").build()]).await;
    for file in std::fs::read_dir(store.database.data_dir()).unwrap() {
        let file = file.unwrap();
        if !file.file_name().to_string_lossy().starts_with("published") {
            std::fs::remove_file(file.path()).unwrap();
        }
    }
    let reader = PublishedStore::open(&store.location).await.unwrap();
    assert_eq!(reader.count(&now("fr"), &latest(EntryKind::Article, vec![])).await.unwrap(), 1);

    let store = fresh_store(Backend::Postgres).await;
    store.publish(&[article(1, "2024-01-01").build()]).await;
    store.raw("DROP SCHEMA editorial CASCADE").await;
    store.raw("DROP SCHEMA embargoed CASCADE").await;
    let reader = PublishedStore::open(&store.location).await.unwrap();
    assert_eq!(reader.count(&now("fr"), &latest(EntryKind::Article, vec![])).await.unwrap(), 1);
}

#[rstest]
#[tokio::test]
async fn readers_see_a_publication_at_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    for number in 1..=20 {
        store.publish(&[article(number, "2024-01-01").build()]).await;
        assert_eq!(store.latest(&now("fr"), EntryKind::Article, vec![]).await.len() as u128, number);
        assert_eq!(store.reader.last_seq().await.unwrap() as u128, number);
    }
}
