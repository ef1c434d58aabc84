//! Creating, updating and taking back the stores.

use griot_persistence::{
    ImportLock, Location, PublishedStore, Publisher, StoreError, StoreName, migrate, migrate_down,
};
use rstest::rstest;

use crate::support::*;

const STORES: [StoreName; 3] = StoreName::ALL;

#[rstest]
#[tokio::test]
async fn up_down_and_up_again(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let database = griot_testbed::database(backend);
    let location = location_of(&database);
    let first = migrate(&location).await.unwrap();
    insta::allow_duplicates! {
        insta::assert_debug_snapshot!(first.applied, @r#"
        [
            "published: m20261124_000001_record",
            "published: m20261124_000003_notices",
            "published: m20261124_000006_files",
            "published: m20261124_000008_merged_ids",
            "published: m20261124_000012_operations",
            "published: m20261124_000014_journal_entry",
            "published: m20261130_000017_statements",
            "published: m20261201_000026_journal_post",
            "editorial: m20261124_000001_record",
            "editorial: m20261124_000002_suggestions",
            "editorial: m20261124_000003_notices",
            "editorial: m20261124_000004_access",
            "editorial: m20261124_000005_drafting",
            "editorial: m20261124_000006_files",
            "editorial: m20261124_000006_schedule_seq",
            "editorial: m20261124_000006_uploads",
            "editorial: m20261124_000007_writers",
            "editorial: m20261124_000008_merged_ids",
            "editorial: m20261124_000009_preview_entries",
            "editorial: m20261124_000010_clock_traces",
            "editorial: m20261124_000011_answered_suggestions",
            "editorial: m20261124_000013_key_operations",
            "editorial: m20261124_000014_journal_entry",
            "editorial: m20261130_000015_partners",
            "editorial: m20261130_000016_webhooks",
            "editorial: m20261130_000018_receipts",
            "editorial: m20261130_000019_subscriptions",
            "editorial: m20261130_000021_entered",
            "editorial: m20261130_000022_parents",
            "editorial: m20261130_000023_former",
            "editorial: m20261130_000025_drills",
            "editorial: m20261201_000024_removed_products",
            "editorial: m20261201_000026_journal_post",
            "embargoed: m20261124_000001_record",
            "embargoed: m20261124_000003_notices",
            "embargoed: m20261124_000006_files",
            "embargoed: m20261124_000008_merged_ids",
            "embargoed: m20261124_000012_operations",
            "embargoed: m20261124_000014_journal_entry",
            "embargoed: m20261130_000017_statements",
            "embargoed: m20261201_000026_journal_post",
        ]
        "#);
    }
    assert_eq!(migrate(&location).await.unwrap().applied, Vec::<String>::new());
    migrate_down(&location).await.unwrap();
    for store in STORES {
        let refused = Publisher::open(&location, store).await.unwrap_err();
        assert!(matches!(refused, StoreError::NotMigrated { .. }), "{refused}");
    }
    assert_eq!(migrate(&location).await.unwrap(), first);
    for store in STORES {
        let publisher = Publisher::open(&location, store).await.unwrap();
        publisher.publish(&[article(1, "2024-01-01").build()], &act("2026-01-01")).await.unwrap();
    }
}

#[rstest]
#[tokio::test]
async fn a_store_that_is_not_migrated_says_what_to_run(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let database = griot_testbed::database(backend);
    let location = location_of(&database);
    let mut told = Vec::new();
    for store in STORES {
        told.push(Publisher::open(&location, store).await.unwrap_err());
    }
    told.push(PublishedStore::open(&location).await.unwrap_err());
    for error in told {
        let is_told = matches!(
            error,
            StoreError::NotMigrated { .. } | StoreError::NoEditorialStore { .. } | StoreError::Unreachable { .. }
        );
        assert!(is_told, "{error:?}");
        if backend == Backend::Sqlite {
            assert!(error.to_string().contains("griot migrate"), "{error}");
        }
    }
    assert_eq!(std::fs::read_dir(database.data_dir()).unwrap().count(), 0, "opening creates nothing");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn migrations_at_the_same_time_wait_for_each_other(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let database = griot_testbed::database(backend);
    let location = location_of(&database);
    let running: Vec<_> = (0..4)
        .map(|_| {
            let location = location.clone();
            tokio::spawn(async move { migrate(&location).await })
        })
        .collect();
    let mut applied = Vec::new();
    for one in running {
        applied.extend(one.await.unwrap().unwrap().applied);
    }
    applied.sort();
    assert_eq!(applied.len(), 41, "each change was made once: {applied:?}");
}

#[rstest]
#[tokio::test]
async fn one_import_runs_at_a_time(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let database = griot_testbed::database(backend);
    let location = location_of(&database);
    migrate(&location).await.unwrap();
    let first = ImportLock::take(&location).await.unwrap();
    for _ in 0..2 {
        let refused = ImportLock::take(&location).await.unwrap_err();
        assert!(matches!(refused, StoreError::Busy { .. }), "{refused}");
    }
    assert_eq!(migrate(&location).await.unwrap().applied, Vec::<String>::new(), "an import stops no migration");
    drop(first);
    // PostgreSQL lets go when it hears of it.
    let mut next = ImportLock::take(&location).await;
    for _ in 0..100 {
        if next.is_ok() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        next = ImportLock::take(&location).await;
    }
    next.unwrap();
}

#[tokio::test]
async fn a_data_folder_is_made_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let database = griot_testbed::database(Backend::Sqlite);
    let location = Location::sqlite(database.data_dir().join("deep/er"));
    migrate(&location).await.unwrap();
    let mode = std::fs::metadata(database.data_dir().join("deep/er")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[tokio::test]
async fn stores_are_their_owners_alone_in_a_folder_that_is_open_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let database = griot_testbed::database(Backend::Sqlite);
    let folder = database.data_dir().join("open");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    let location = Location::sqlite(&folder);
    migrate(&location).await.unwrap();
    let publisher = Publisher::open(&location, StoreName::Published).await.unwrap();
    let topic = topic(1, "T").build();
    publisher.publish(&[topic], &act("2026-01-01")).await.unwrap();
    let mut names = Vec::new();
    for file in std::fs::read_dir(&folder).unwrap() {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{name}");
        names.push(name);
    }
    for name in ["published.db", "published.db-wal", "editorial.db", "embargoed.db"] {
        assert!(names.iter().any(|known| known == name), "{name} is not among {names:?}");
    }
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_made_is_named() {
    let database = griot_testbed::database(Backend::Sqlite);
    let file = database.data_dir().join("file");
    std::fs::write(&file, "x").unwrap();
    let error = migrate(&Location::sqlite(file.join("data"))).await.unwrap_err().to_string();
    assert!(error.contains("file/data") && error.contains("--data"), "{error}");
}

#[tokio::test]
async fn errors_never_show_a_password() {
    let database = griot_testbed::database(Backend::Postgres);
    let host = database.url().rsplit_once('@').unwrap().1.to_owned();
    let urls = [
        format!("postgres://griot:s3cr3t@{host}?sslmode=s3cr3t-odd"),
        format!("postgres://nobody-here:s3cr3t@{host}"),
        "postgres://griot:s3cr3t@127.0.0.1:1/record?password=s3cr3t".to_owned(),
        "postgresql://griot:s3c@r3t:s3cr3t@127.0.0.1:nan/record".to_owned(),
        "griot:s3cr3t@host/record".to_owned(),
        "mysql://griot:s3cr3t@host/record".to_owned(),
    ];
    for url in urls {
        let location = Location::Postgres { url: url.clone(), delivery_url: Some(url) };
        let mut errors = vec![migrate(&location).await.err()];
        errors.push(PublishedStore::open(&location).await.err());
        errors.push(Publisher::open(&location, StoreName::Editorial).await.err());
        for error in errors {
            let error = error.expect("none of these can be opened");
            let told = format!("{error} {error:?}");
            assert!(!told.contains("s3cr3t"), "{told}");
        }
        for finding in griot_persistence::doctor(&location).await {
            assert!(!format!("{finding:?}").contains("s3cr3t"), "{finding:?}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_store_of_a_newer_griot_is_left_alone(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    let schema = if backend == Backend::Postgres { "published." } else { "" };
    store.raw(&format!("INSERT INTO {schema}seaql_migrations VALUES ('m20990101_000001_later', 0)")).await;
    let refused = griot_persistence::migrate(&store.location).await.unwrap_err();
    assert!(refused.to_string().contains("newer Griot (m20990101_000001_later); run that one"), "{refused}");
}
