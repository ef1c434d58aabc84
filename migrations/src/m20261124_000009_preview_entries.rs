//! A preview token may name several entries.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// The ids beyond `entry_id`, with a space between two; empty when there are none.
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new(Alias::new("further")).text().not_null().default("").take();
        manager.alter_table(Table::alter().table(Alias::new("preview_token")).add_column(column).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = Alias::new("further");
        manager.alter_table(Table::alter().table(Alias::new("preview_token")).drop_column(column).take()).await
    }
}
