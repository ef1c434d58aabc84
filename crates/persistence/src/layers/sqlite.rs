//! A layer on SQLite: both files attached to a database in memory, and temporary views over them.

use std::path::Path;
use std::time::Duration;

use griot_domain::RetractionAct;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::sqlx::{AssertSqlSafe, Executor};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};

use super::Overlay;
use super::tables::{AS_PUBLISHED, Column, LAYERED, Table};
use crate::location::MAPPED_BYTES;
use crate::{Location, StoreError, StoreName};

/// Opens the published store of `location` under `overlay`.
pub(super) async fn connect(location: &Location, overlay: Overlay<'_>) -> Result<DatabaseConnection, StoreError> {
    let files = [overlay.store(), StoreName::Published].map(|store| location.file(store).unwrap_or_default());
    if let Some(file) = files.iter().find(|file| !file.is_file()) {
        return Err(StoreError::NotMigrated {
            place: file.display().to_string(),
            detail: "there is no such file".to_owned(),
        });
    }
    let refuse = |source: DbErr| StoreError::Unreachable { place: files[0].display().to_string(), source };
    let [over, base] = [&files[0], &files[1]].map(|file| read_only(file));
    Database::connect(options(script(&over?, &base?, overlay), overlay)).await.map_err(refuse)
}

fn options(script: String, overlay: Overlay<'_>) -> ConnectOptions {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.sqlx_logging(false).acquire_timeout(Duration::from_secs(5)).test_before_acquire(false);
    options.max_lifetime(None).max_connections(overlay.connections());
    match overlay {
        Overlay::Embargoed => options.min_connections(1).idle_timeout(None),
        Overlay::Editorial(_) => options.min_connections(0).idle_timeout(Duration::from_secs(60)),
    };
    options.map_sqlx_sqlite_opts(|_| {
        SqliteConnectOptions::new()
            .filename(":memory:")
            .busy_timeout(Duration::from_secs(5))
            .statement_cache_capacity(512)
            .pragma("trusted_schema", "OFF")
            .pragma("temp_store", "MEMORY")
            .pragma("mmap_size", MAPPED_BYTES)
    });
    options.map_sqlx_sqlite_pool_opts(move |pool| {
        let script = script.clone();
        pool.after_connect(move |connection, _| {
            let script = script.clone();
            Box::pin(async move { connection.execute(AssertSqlSafe(script)).await.map(|_| ()) })
        })
    });
    options
}

/// The address of a file that can only be read: a path in it stands for itself, whatever its characters.
fn read_only(file: &Path) -> Result<String, StoreError> {
    let file = std::path::absolute(file).map_err(|source| StoreError::DataFolder { path: file.to_owned(), source })?;
    let mut address = "file://".to_owned();
    for byte in file.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => address.push(char::from(*byte)),
            other => address.push_str(&format!("%{other:02X}")),
        }
    }
    address.push_str("?mode=ro");
    Ok(address)
}

/// What makes a connection a layer.
fn script(over: &str, base: &str, overlay: Overlay<'_>) -> String {
    // A statement begins to read the databases in the order they were attached. An entry moves from the overlay to the
    // base by being written there first; reading the overlay first, no moment lies between.
    let mut script = format!("ATTACH '{over}' AS overlay;\nATTACH '{base}' AS base;\n");
    let pages = match overlay {
        Overlay::Embargoed => 8_192,
        Overlay::Editorial(_) => 4_096,
    };
    script.push_str(&format!("PRAGMA overlay.cache_size = -{pages};\nPRAGMA base.cache_size = -{pages};\n"));
    if let Overlay::Editorial(scope) = overlay {
        let ids: Vec<String> =
            scope.entries.iter().map(|entry| format!("SELECT x'{}' AS id", entry.0.simple())).collect();
        // Killing leaves the row of `entry`, so what is linked to and has none there was neither public nor killed.
        script.push_str(&format!(
            "CREATE TEMP VIEW named (id) AS SELECT id FROM ({ids}) given
               WHERE NOT EXISTS (SELECT 1 FROM base.notice n WHERE n.entry_id = given.id AND n.act = '{killed}');
             CREATE TEMP VIEW scope (id) AS SELECT id FROM named UNION ALL
               SELECT target_id FROM overlay.link l WHERE source_id IN (SELECT id FROM named) AND live_to IS NULL
                 AND NOT EXISTS (SELECT 1 FROM base.entry e WHERE e.id = l.target_id);
             CREATE TEMP VIEW held (id) AS SELECT id FROM overlay.entry WHERE id IN (SELECT id FROM scope);\n",
            ids = ids.join(" UNION ALL "),
            killed = RetractionAct::Killed.as_str(),
        ));
    }
    for table in &LAYERED {
        script.push_str(&view(table, overlay));
    }
    for name in AS_PUBLISHED {
        script.push_str(&format!("CREATE TEMP VIEW {name} AS SELECT * FROM base.{name};\n"));
    }
    script.push_str("PRAGMA query_only = ON;");
    script
}

/// Both halves of a table. In this form SQLite puts a query into each half, reads each by an index in the order asked
/// for, and merges.
fn view(table: &Table, overlay: Overlay<'_>) -> String {
    let Table { name, entry, columns } = table;
    let own: Vec<&str> = columns.iter().map(Column::name).collect();
    let own = own.join(", ");
    let shown: Vec<String> = columns.iter().map(|column| shown(column, name, overlay)).collect();
    let shown = shown.join(", ");
    let (narrowed, held) = match overlay {
        Overlay::Embargoed => (String::new(), "overlay.entry"),
        Overlay::Editorial(_) => {
            // The plus keeps it from being looked up in an index, which would go over every draft.
            let now = if table.has_past() { " AND +live_to IS NULL" } else { "" };
            (format!(" WHERE {entry} IN (SELECT id FROM scope){now}"), "held")
        }
    };
    format!(
        "CREATE TEMP VIEW {name} ({own}) AS SELECT {shown} FROM overlay.{name}{narrowed}
           UNION ALL SELECT {own} FROM base.{name} WHERE {entry} NOT IN (SELECT id FROM {held});\n"
    )
}

/// A column of the overlay. Its row ids are negative, so that they are never those of the base. The casts change no
/// value: they keep columns and halves of one type, and in a preview they keep SQLite from going over every draft
/// by an index of such a column, where it should go to the few entries of the scope.
fn shown(column: &Column, table: &str, overlay: Overlay<'_>) -> String {
    let is_narrow = matches!(overlay, Overlay::Editorial(_)) && table != "old_path";
    match column {
        Column::RowId(name) => format!("CAST(-{name} AS INTEGER)"),
        Column::Text(name) if is_narrow => format!("CAST({name} AS TEXT)"),
        Column::Number(name) if is_narrow => format!("CAST({name} AS INTEGER)"),
        column => column.name().to_owned(),
    }
}
