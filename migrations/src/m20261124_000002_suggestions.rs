//! Namings in texts that may mean several entries: an editor decides, so they stay on the editorial side.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table(Alias::new("mention_suggestion"))
            .col(ColumnDef::new(Alias::new("id")).big_integer().not_null().auto_increment().primary_key())
            .col(ColumnDef::new(Alias::new("entry_id")).uuid().not_null())
            .col(ColumnDef::new(Alias::new("locale")).text().not_null())
            .col(ColumnDef::new(Alias::new("suggestion")).text().not_null());
        manager.create_table(table).await?;
        let mut index = Index::create();
        index
            .name("mention_suggestion_entry")
            .table(Alias::new("mention_suggestion"))
            .col(Alias::new("entry_id"))
            .col(Alias::new("locale"));
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Alias::new("mention_suggestion")).take()).await
    }
}
