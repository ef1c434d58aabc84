//! Which file kept here an asset has, so that a file is looked up by its name.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Few versions have a file, and few notices name one.
const INDEXES: &str = "
    CREATE INDEX entry_version_file ON entry_version (file) WHERE file IS NOT NULL;
    CREATE INDEX notice_files ON notice (files) WHERE files IS NOT NULL;";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new(Alias::new("file")).text().null().take();
        let table = Table::alter().table(Alias::new("entry_version")).add_column(column).take();
        manager.alter_table(table).await?;
        let stored = match manager.get_database_backend() {
            DbBackend::Postgres => "content::jsonb #>> '{file,stored}'",
            _ => "json_extract(content, '$.file.stored')",
        };
        let known = format!("UPDATE entry_version SET file = {stored} WHERE kind = 'asset'");
        let db = manager.get_connection();
        db.execute_unprepared(&known).await?;
        db.execute_unprepared(INDEXES).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("DROP INDEX entry_version_file; DROP INDEX notice_files").await?;
        let table = Table::alter().table(Alias::new("entry_version")).drop_column(Alias::new("file")).take();
        manager.alter_table(table).await
    }
}
