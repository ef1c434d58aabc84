//! A layer on PostgreSQL: a schema of views that migrating makes, read as a role that can do nothing else.

use std::fmt::Write;
use std::time::Duration;

use griot_domain::RetractionAct;
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, Statement};
use sha2::{Digest, Sha256};

use super::Overlay;
use super::tables::{AS_PUBLISHED, Column, LAYERED, Table};
use crate::location::{Reader, connect_postgres, postgres_address, postgres_reader};
use crate::roles::{EARLY_ROLE, PREVIEW_ROLE};
use crate::{Location, StoreError, StoreName};

/// The two layers: schema, its overlay, and the role that reads it.
const LAYERS: [(&str, StoreName, &str); 2] =
    [("early", StoreName::Embargoed, EARLY_ROLE), ("preview", StoreName::Editorial, PREVIEW_ROLE)];

/// The entries a preview names, as a setting of the connection: ids with a comma between two.
const PREVIEW_ENTRIES: &str = "griot.preview_entries";

/// Opens the published store at `url` under `overlay`.
pub(super) async fn connect(
    location: &Location,
    url: &str,
    overlay: Overlay<'_>,
) -> Result<DatabaseConnection, StoreError> {
    let [early, preview] = LAYERS;
    let ((schema, store, role), name) = match overlay {
        Overlay::Embargoed => (early, "griot early"),
        Overlay::Editorial(_) => (preview, "griot preview"),
    };
    let settings = match overlay {
        Overlay::Embargoed => Vec::new(),
        Overlay::Editorial(scope) => {
            // The planner takes the scope for more costly than it is, and would rather read whole tables once.
            let means = ["enable_seqscan", "enable_hashjoin", "enable_mergejoin"].map(|name| (name, "off".to_owned()));
            let named: Vec<String> = scope.entries.iter().map(ToString::to_string).collect();
            [(PREVIEW_ENTRIES, named.join(","))].into_iter().chain(means).collect()
        }
    };
    let reader = Reader { schema, role: Some(role), name, settings };
    let url = postgres_address(url)?;
    let mut options = postgres_reader(url, reader);
    options.max_connections(overlay.connections());
    if let Overlay::Editorial(_) = overlay {
        options.min_connections(0).idle_timeout(Duration::from_secs(60));
    }
    let refuse = |source: DbErr| StoreError::Unreachable { place: location.describe(store), source };
    connect_postgres(url, options).await.map_err(refuse)
}

/// Makes the layers, unless they are there in this form.
pub(crate) async fn create(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    for (schema, store, role) in LAYERS {
        let views = views(schema, store);
        let form = format!("{:x}", Sha256::digest(&views));
        if form_of(tx, schema).await?.as_deref() != Some(form.as_str()) {
            drop_one(tx, schema).await?;
            tx.execute_unprepared(&format!(
                "CREATE SCHEMA {schema};
                 {views}
                 COMMENT ON SCHEMA {schema} IS '{form}';"
            ))
            .await?;
        }
        tx.execute_unprepared(&format!(
            "REVOKE ALL ON SCHEMA {schema} FROM PUBLIC;
             GRANT USAGE ON SCHEMA {schema} TO {role};
             GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role};"
        ))
        .await?;
    }
    Ok(())
}

/// Takes the layers away.
pub(crate) async fn drop_all(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    for (schema, ..) in LAYERS {
        drop_one(tx, schema).await?;
    }
    Ok(())
}

async fn drop_one(tx: &DatabaseTransaction, schema: &str) -> Result<(), DbErr> {
    tx.execute_unprepared(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE")).await.map(|_| ())
}

/// What [`create`] noted of the views in the schema.
async fn form_of(tx: &DatabaseTransaction, schema: &str) -> Result<Option<String>, DbErr> {
    let ask = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = $1",
        [schema.into()],
    );
    Ok(tx.query_one_raw(ask).await?.map(|row| row.try_get_by_index(0)).transpose()?.flatten())
}

fn views(schema: &str, store: StoreName) -> String {
    let over = store.as_str();
    let mut sql = String::new();
    let held = if store == StoreName::Editorial {
        // Without the setting this fails, rather than showing anything.
        let given = format!("unnest(string_to_array(current_setting('{PREVIEW_ENTRIES}'), ',')::uuid[])");
        let killed = RetractionAct::Killed.as_str();
        // Killing leaves the row of `entry`, so what is linked to and has none there was neither public nor killed.
        let _ = write!(
            sql,
            "CREATE VIEW {schema}.named (id) AS SELECT id FROM {given} given (id)
               WHERE NOT EXISTS (SELECT FROM published.notice n WHERE n.entry_id = given.id AND n.act = '{killed}');
             CREATE VIEW {schema}.scope (id) AS SELECT id FROM {schema}.named UNION
               SELECT target_id FROM {over}.link l WHERE source_id = ANY (ARRAY(SELECT id FROM {schema}.named))
                 AND live_to IS NULL AND NOT EXISTS (SELECT FROM published.entry e WHERE e.id = l.target_id);
             CREATE VIEW {schema}.held (id) AS
               SELECT id FROM {over}.entry WHERE id IN (SELECT id FROM {schema}.scope);\n"
        );
        format!("{schema}.held")
    } else {
        format!("{over}.entry")
    };
    for table in &LAYERED {
        sql.push_str(&view(table, schema, store, &held));
    }
    for name in AS_PUBLISHED {
        let _ = writeln!(sql, "CREATE VIEW {schema}.{name} AS SELECT * FROM published.{name};");
    }
    sql
}

/// Both halves of a table. That of the base has no condition of its own: only then does PostgreSQL read it by an index
/// in the order asked for, and merge. That of a preview is narrowed first, to an array it looks up in an index, since
/// in the order asked for every draft would be gone over.
fn view(table: &Table, schema: &str, store: StoreName, held: &str) -> String {
    let Table { name, entry, columns } = table;
    let over = store.as_str();
    let own: Vec<&str> = columns.iter().map(Column::name).collect();
    let own = own.join(", ");
    // Row ids of the overlay are negative, so that they are never those of the base.
    let shown: Vec<String> = columns
        .iter()
        .map(|column| match column {
            Column::RowId(name) => format!("-{name} AS {name}"),
            column => column.name().to_owned(),
        })
        .collect();
    let shown = shown.join(", ");
    let narrowed = match store {
        StoreName::Editorial => {
            let now = if table.has_past() { " AND live_to IS NULL" } else { "" };
            format!(" WHERE {entry} = ANY (ARRAY(SELECT id FROM {held})){now}")
        }
        _ => String::new(),
    };
    format!(
        "CREATE VIEW {schema}.{name} AS SELECT {own} FROM (
             SELECT true AS is_over, {shown} FROM {over}.{name}{narrowed}
             UNION ALL SELECT false, {own} FROM published.{name}
           ) both_halves WHERE is_over OR {entry} NOT IN (SELECT id FROM {held});\n"
    )
}
