//! What partners did with what was taken back, and drills of that.
//!
//! Instants are whole microseconds since 1970.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

fn column(name: &str) -> ColumnDef {
    ColumnDef::new(Alias::new(name))
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut receipt = Table::create();
        receipt
            .table(Alias::new("receipt"))
            .col(column("partner_id").uuid().not_null())
            .col(column("entry_id").uuid().not_null())
            .col(column("state").text().not_null())
            .col(column("note").text().null())
            .col(column("at").big_integer().not_null())
            .primary_key(Index::create().col(Alias::new("partner_id")).col(Alias::new("entry_id")));
        manager.create_table(receipt).await?;
        let mut of_entry = Index::create();
        of_entry.name("receipt_entry").table(Alias::new("receipt")).col(Alias::new("entry_id"));
        manager.create_index(of_entry).await?;
        let mut drill = Table::create();
        drill
            .table(Alias::new("drill"))
            .col(column("id").uuid().not_null().primary_key())
            .col(column("note").text().not_null())
            .col(column("at").big_integer().not_null());
        manager.create_table(drill).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["drill", "receipt"] {
            manager.drop_table(Table::drop().table(Alias::new(name)).take()).await?;
        }
        Ok(())
    }
}
