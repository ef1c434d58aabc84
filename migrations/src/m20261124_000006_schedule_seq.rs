//! A schedule knows what had been published when it was made, so that it overwrites nothing published since.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new(Alias::new("after_seq")).big_integer().null().take();
        manager.alter_table(Table::alter().table(Alias::new("schedule")).add_column(column).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = Alias::new("after_seq");
        manager.alter_table(Table::alter().table(Alias::new("schedule")).drop_column(column).take()).await
    }
}
