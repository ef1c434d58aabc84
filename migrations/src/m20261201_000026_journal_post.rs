//! Which publications of people were made by a post of theirs, and say nothing else of them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const NAME: &str = "post_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new(Alias::new(NAME)).uuid().null().take();
        manager.alter_table(Table::alter().table(Alias::new("journal")).add_column(column).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table(Alias::new("journal")).drop_column(Alias::new(NAME)).take()).await
    }
}
