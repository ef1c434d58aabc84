//! Files that editors brought in: the facts about each, whose it became, and where it lies.
//!
//! Instants are whole microseconds since 1970, as in the record.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

fn column(name: &str) -> ColumnDef {
    ColumnDef::new(Alias::new(name))
}

fn text(name: &str) -> ColumnDef {
    column(name).text().not_null().take()
}

fn number(name: &str) -> ColumnDef {
    column(name).big_integer().not_null().take()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table(Alias::new("upload"))
            .col(column("id").uuid().not_null().primary_key())
            // Its name in the data folder.
            .col(text("stored").unique_key())
            // What was measured, and the name it came with, as JSON.
            .col(text("facts"))
            .col(text("author"))
            .col(number("at"))
            // When it is forgotten, unless an asset has it by then.
            .col(number("expires_at"))
            // The asset that has it, from the first draft on.
            .col(column("entry_id").uuid().null())
            // `private`, `public` or `removed`.
            .col(text("place"));
        manager.create_table(table).await?;
        for (name, columns) in [("upload_entry", ["entry_id", "place"]), ("upload_place", ["place", "id"])] {
            let mut index = Index::create();
            index.name(name).table(Alias::new("upload"));
            for column in columns {
                index.col(Alias::new(column));
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Alias::new("upload")).take()).await
    }
}
