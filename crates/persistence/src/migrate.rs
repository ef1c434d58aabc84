//! Creating and updating the stores.

use griot_migrations::{EditorialMigrator, PublishedMigrator};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, EntityTrait, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use sea_orm_migration::{MigratorTrait, seaql_migrations};

use crate::layers::postgres as layers;
use crate::location::{Access, create_private_folder};
use crate::lock::{MIGRATION, lock_migration};
use crate::{Location, StoreError, StoreName, roles};

/// What a migration did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MigrationReport {
    /// Changes made, as `store: name`, in order.
    pub applied: Vec<String>,
}

/// Creates what is missing and brings the stores up to date, each in one transaction; a second migration at the same
/// time waits for the first. On PostgreSQL it also creates the schemas, the roles with what each may do, and the
/// layers.
pub async fn migrate(location: &Location) -> Result<MigrationReport, StoreError> {
    let mut report = MigrationReport::default();
    let _alone = match location {
        Location::Sqlite { data_dir } => {
            create_private_folder(data_dir)?;
            Some(lock_migration(data_dir).await?)
        }
        Location::Postgres { .. } => None,
    };
    for store in StoreName::ALL {
        let db = location.connect(store, Access::Migrate).await?;
        let tx = begin_alone(&db).await?;
        let is_postgres = db.get_database_backend() == DbBackend::Postgres;
        if is_postgres {
            roles::create(&tx).await?;
            create_schema(&tx, store).await?;
        }
        refuse_newer(&tx, location, store).await?;
        let applied = match store {
            StoreName::Published | StoreName::Embargoed => bring_up::<PublishedMigrator>(&tx).await?,
            StoreName::Editorial => bring_up::<EditorialMigrator>(&tx).await?,
        };
        report.applied.extend(applied.into_iter().map(|name| format!("{}: {name}", store.as_str())));
        if is_postgres {
            roles::grant(&tx, store).await?;
            // The last store is there now, so views over all of them can be.
            if store == StoreName::Embargoed {
                layers::create(&tx).await?;
            }
        }
        tx.commit().await?;
        db.close().await?;
    }
    Ok(report)
}

/// Takes the stores back to nothing: every table is dropped, and everything in them lost. For tests of migrations.
pub async fn migrate_down(location: &Location) -> Result<(), StoreError> {
    for store in StoreName::ALL {
        let db = location.connect(store, Access::Migrate).await?;
        let tx = begin_alone(&db).await?;
        if db.get_database_backend() == DbBackend::Postgres {
            layers::drop_all(&tx).await?;
        }
        match store {
            StoreName::Published | StoreName::Embargoed => PublishedMigrator::down(&tx, None).await?,
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
        StoreName::Published | StoreName::Embargoed => PublishedMigrator::get_migration_files(),
        StoreName::Editorial => EditorialMigrator::get_migration_files(),
    };
    let applied = match store {
        StoreName::Published | StoreName::Embargoed => PublishedMigrator::get_migration_models(tx).await?,
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
        StoreName::Published | StoreName::Embargoed => PublishedMigrator::get_migration_files(),
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
    let sql = format!("CREATE SCHEMA IF NOT EXISTS {}", store.as_str());
    tx.execute_unprepared(&sql).await.map(|_| ()).inspect_err(|_| {
        tracing::error!(
            "creating a schema failed; an administrator can run: GRANT CREATE ON DATABASE <this database> TO <this user>"
        );
    })
}
