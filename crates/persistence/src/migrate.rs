//! Creating and updating the stores.

use griot_migrations::{EditorialMigrator, PublishedMigrator};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, EntityTrait, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use sea_orm_migration::{MigratorTrait, seaql_migrations};

use crate::location::{Access, DELIVERY_ROLE, create_private_folder};
use crate::lock::{MIGRATION, lock_migration};
use crate::{Location, StoreError, StoreName};

/// What a migration did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MigrationReport {
    /// Changes made, as `store: name`, in order.
    pub applied: Vec<String>,
}

/// Creates what is missing and brings both stores up to date, each in one transaction; a second migration at the same
/// time waits for the first. On PostgreSQL it also creates the schemas and the role `griot_delivery`, and lets that
/// role read `published` and nothing else.
pub async fn migrate(location: &Location) -> Result<MigrationReport, StoreError> {
    let mut report = MigrationReport::default();
    let _alone = match location {
        Location::Sqlite { data_dir } => {
            create_private_folder(data_dir)?;
            Some(lock_migration(data_dir).await?)
        }
        Location::Postgres { .. } => None,
    };
    for store in [StoreName::Published, StoreName::Editorial] {
        let db = location.connect(store, Access::Migrate).await?;
        let tx = begin_alone(&db).await?;
        if db.get_database_backend() == DbBackend::Postgres {
            create_schema(&tx, store).await?;
        }
        refuse_newer(&tx, location, store).await?;
        let applied = match store {
            StoreName::Published => bring_up::<PublishedMigrator>(&tx).await?,
            StoreName::Editorial => bring_up::<EditorialMigrator>(&tx).await?,
        };
        report.applied.extend(applied.into_iter().map(|name| format!("{}: {name}", store.as_str())));
        if db.get_database_backend() == DbBackend::Postgres {
            grant(&tx, store).await?;
        }
        tx.commit().await?;
        db.close().await?;
    }
    Ok(report)
}

/// Takes both stores back to nothing: every table is dropped, and everything in them lost. For tests of migrations.
pub async fn migrate_down(location: &Location) -> Result<(), StoreError> {
    for store in [StoreName::Published, StoreName::Editorial] {
        let db = location.connect(store, Access::Migrate).await?;
        let tx = begin_alone(&db).await?;
        match store {
            StoreName::Published => PublishedMigrator::down(&tx, None).await?,
            StoreName::Editorial => EditorialMigrator::down(&tx, None).await?,
        }
        tx.commit().await?;
        db.close().await?;
    }
    Ok(())
}

/// Refuses a store with a change this build does not know.
async fn refuse_newer(tx: &DatabaseTransaction, location: &Location, store: StoreName) -> Result<(), StoreError> {
    let known = match store {
        StoreName::Published => PublishedMigrator::get_migration_files(),
        StoreName::Editorial => EditorialMigrator::get_migration_files(),
    };
    let applied = match store {
        StoreName::Published => PublishedMigrator::get_migration_models(tx).await?,
        StoreName::Editorial => EditorialMigrator::get_migration_models(tx).await?,
    };
    let unknown = applied.iter().find(|row| known.iter().all(|migration| migration.name() != row.version));
    unknown.map_or(Ok(()), |row| {
        Err(StoreError::Newer { place: location.describe(store), migration: row.version.clone() })
    })
}

/// A transaction that no other migration runs beside.
async fn begin_alone(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let tx = db
        .begin_with_options(TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        })
        .await?;
    if db.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION})")).await?;
    }
    Ok(tx)
}

/// Refuses a store that lacks a change this build needs.
pub(crate) async fn check(db: &DatabaseConnection, location: &Location, store: StoreName) -> Result<(), StoreError> {
    let needed = match store {
        StoreName::Published => PublishedMigrator::get_migration_files(),
        StoreName::Editorial => EditorialMigrator::get_migration_files(),
    };
    let refuse = |detail: String| StoreError::NotMigrated { place: location.describe(store), detail };
    let applied = seaql_migrations::Entity::find()
        .all(db)
        .await
        .map_err(|err| refuse(format!("its list of migrations cannot be read: {err}")))?;
    for migration in needed {
        if !applied.iter().any(|row| row.version == migration.name()) {
            return Err(refuse(format!("{} is missing", migration.name())));
        }
    }
    Ok(())
}

async fn bring_up<M: MigratorTrait>(tx: &DatabaseTransaction) -> Result<Vec<String>, DbErr> {
    let pending = M::get_pending_migrations(tx).await?;
    M::up(tx, None).await?;
    Ok(pending.iter().map(|migration| migration.name().to_owned()).collect())
}

async fn create_schema(tx: &DatabaseTransaction, store: StoreName) -> Result<(), DbErr> {
    // The role belongs to the whole cluster, so another migration may be creating it at this moment.
    let sql = match store {
        StoreName::Published => {
            "CREATE SCHEMA IF NOT EXISTS published;
             DO $$ BEGIN
               IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'griot_delivery') THEN
                 CREATE ROLE griot_delivery NOLOGIN;
               END IF;
             EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
             END $$;"
        }
        StoreName::Editorial => "CREATE SCHEMA IF NOT EXISTS editorial; REVOKE ALL ON SCHEMA editorial FROM PUBLIC;",
    };
    tx.execute_unprepared(sql).await.map(|_| ()).inspect_err(|_| {
        tracing::error!(
            role = DELIVERY_ROLE,
            "creating the schema or the role failed; an administrator can run: CREATE ROLE griot_delivery NOLOGIN; \
             GRANT griot_delivery TO <this user>; GRANT CREATE ON DATABASE <this database> TO <this user>"
        );
    })
}

async fn grant(tx: &DatabaseTransaction, store: StoreName) -> Result<(), DbErr> {
    let sql = match store {
        StoreName::Published => {
            "GRANT USAGE ON SCHEMA published TO griot_delivery;
             GRANT SELECT ON ALL TABLES IN SCHEMA published TO griot_delivery;
             DO $$ BEGIN
               IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
                 GRANT griot_delivery TO CURRENT_USER;
               END IF;
             EXCEPTION WHEN insufficient_privilege THEN
               IF NOT pg_has_role(current_user, 'griot_delivery', 'MEMBER') THEN
                 RAISE;
               END IF;
             END $$;"
        }
        StoreName::Editorial => {
            "REVOKE ALL ON SCHEMA editorial FROM griot_delivery;
             REVOKE ALL ON ALL TABLES IN SCHEMA editorial FROM griot_delivery;"
        }
    };
    tx.execute_unprepared(sql).await.map(|_| ())
}
