//! Documents of clients that the house trusts, by the ids the clients call them by.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

fn column(name: &str) -> ColumnDef {
    ColumnDef::new(Alias::new(name))
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut operation = Table::create();
        operation
            .table(Alias::new("operation"))
            .col(column("id").text().not_null().primary_key())
            // Of the document, in hexadecimal digits.
            .col(column("sha256").text().not_null())
            .col(column("document").text().not_null())
            // Whose manifest it came from: codegen, relay or apollo.
            .col(column("source").text().not_null())
            // Microseconds since 1970.
            .col(column("added_at").big_integer().not_null());
        manager.create_table(operation).await?;

        // Counts the changes, so that a running server sees at a glance whether there was one.
        let mut head = Table::create();
        head.table(Alias::new("operation_head"))
            .col(column("id").big_integer().not_null().primary_key())
            .col(column("number").big_integer().not_null());
        manager.create_table(head).await?;
        let first = Query::insert()
            .into_table(Alias::new("operation_head"))
            .columns([Alias::new("id"), Alias::new("number")])
            .values_panic([1i64.into(), 0i64.into()])
            .take();
        manager.exec_stmt(first).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["operation_head", "operation"] {
            manager.drop_table(Table::drop().table(Alias::new(name)).take()).await?;
        }
        Ok(())
    }
}
