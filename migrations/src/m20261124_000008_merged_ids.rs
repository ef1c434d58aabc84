//! An external id knows the entry it was of before a merge, so that an import leaves that source record alone.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new(Alias::new("merged_from")).uuid().null().take();
        manager.alter_table(Table::alter().table(Alias::new("external_id")).add_column(column).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = Alias::new("merged_from");
        manager.alter_table(Table::alter().table(Alias::new("external_id")).drop_column(column).take()).await
    }
}
