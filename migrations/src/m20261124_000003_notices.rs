//! What became of entries that were taken back, and how far the editorial acts have been applied.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

fn number(column: &str) -> ColumnDef {
    ColumnDef::new(Alias::new(column)).big_integer().not_null().take()
}

fn text(column: &str) -> ColumnDef {
    ColumnDef::new(Alias::new(column)).text().not_null().take()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut notice = Table::create();
        notice
            .table(Alias::new("notice"))
            // The record of the journal that made it: one notice each.
            .col(number("seq").primary_key())
            .col(ColumnDef::new(Alias::new("entry_id")).uuid().not_null())
            .col(text("kind"))
            .col(text("act"))
            .col(number("at"))
            // When the entry came back; a killed one never does.
            .col(number("until").null())
            .col(text("reason").null())
            // JSON array of the stored files that go with a killed asset.
            .col(text("files").null())
            // The entry that stands for a withdrawn one.
            .col(ColumnDef::new(Alias::new("successor")).uuid().null());
        manager.create_table(notice).await?;
        let mut index = Index::create();
        index.name("notice_entry").table(Alias::new("notice")).col(Alias::new("entry_id"));
        manager.create_index(index).await?;

        let mut applied = Table::create();
        applied.table(Alias::new("applied")).col(number("id").primary_key()).col(number("number"));
        manager.create_table(applied).await?;
        let first = Query::insert()
            .into_table(Alias::new("applied"))
            .columns([Alias::new("id"), Alias::new("number")])
            .values_panic([1i64.into(), 0i64.into()])
            .take();
        manager.exec_stmt(first).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["applied", "notice"] {
            manager.drop_table(Table::drop().table(Alias::new(name)).take()).await?;
        }
        Ok(())
    }
}
