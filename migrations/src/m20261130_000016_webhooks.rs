//! Endpoints of partners, what is delivered to them, and what came of each attempt.
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

fn optional(mut column: ColumnDef) -> ColumnDef {
    column.null().take()
}

fn table(name: &str, columns: Vec<ColumnDef>) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(Alias::new(name));
    for column in columns {
        table.col(column);
    }
    table
}

/// Numbered in the order of insertion.
fn numbered() -> ColumnDef {
    column("number").big_integer().not_null().auto_increment().primary_key().take()
}

fn index(table: &str, name: &str, columns: &[&str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(Alias::new(table));
    for column in columns {
        index.col(Alias::new(*column));
    }
    index
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = vec![
            column("id").uuid().not_null().primary_key().take(),
            column("partner_id").uuid().not_null().take(),
            text("url"),
            // Words with blanks between them; null for all.
            optional(text("products")),
            optional(text("types")),
            text("state"),
            optional(text("state_reason")),
            number("state_since"),
            // A signature needs the secret itself, not its hash.
            text("secret"),
            optional(text("previous_secret")),
            optional(number("previous_until")),
            number("created_at"),
            // The last row of the partner's products that was made into events.
            number("place"),
            // Since the last success.
            number("failures"),
            optional(number("failing_since")),
            // Asked for by the endpoint, or because it fails.
            optional(number("paused_until")),
        ];
        manager.create_table(table("webhook_endpoint", columns)).await?;
        manager.create_index(index("webhook_endpoint", "webhook_endpoint_partner", &["partner_id"])).await?;

        let columns = vec![
            numbered(),
            column("endpoint_id").uuid().not_null().take(),
            text("event_id"),
            text("type"),
            // Entry and language; null for what is about no item.
            optional(text("item")),
            optional(number("version")),
            // Of the partner's products, that it was made of.
            optional(number("change_number")),
            // 0 for kills.
            number("lane"),
            // Empty once nothing is to be sent any more.
            text("body"),
            text("state"),
            number("created_at"),
            number("next_at"),
            number("tries"),
            optional(number("ended_at")),
        ];
        manager.create_table(table("webhook_delivery", columns)).await?;
        let mut once = index("webhook_delivery", "webhook_delivery_once", &["endpoint_id", "event_id"]);
        manager.create_index(once.unique().take()).await?;
        let line = ["endpoint_id", "state", "lane", "number"];
        manager.create_index(index("webhook_delivery", "webhook_delivery_line", &line)).await?;
        let item = ["endpoint_id", "item", "state"];
        manager.create_index(index("webhook_delivery", "webhook_delivery_item", &item)).await?;
        manager.create_index(index("webhook_delivery", "webhook_delivery_waiting", &["state", "created_at"])).await?;

        let columns = vec![
            numbered(),
            column("endpoint_id").uuid().not_null().take(),
            text("event_id"),
            text("type"),
            number("at"),
            number("try"),
            optional(number("status")),
            optional(text("failure")),
            number("ms"),
            optional(text("answer")),
        ];
        manager.create_table(table("webhook_attempt", columns)).await?;
        manager.create_index(index("webhook_attempt", "webhook_attempt_log", &["endpoint_id", "number"])).await?;
        manager.create_index(index("webhook_attempt", "webhook_attempt_age", &["at"])).await?;

        // Counts the changes of endpoints, so that a running sender sees at a glance whether there was one.
        let columns = vec![number("id").primary_key().take(), number("number")];
        manager.create_table(table("webhook_head", columns)).await?;
        let first = Query::insert()
            .into_table(Alias::new("webhook_head"))
            .columns([Alias::new("id"), Alias::new("number")])
            .values_panic([1i64.into(), 0i64.into()])
            .take();
        manager.exec_stmt(first).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["webhook_head", "webhook_attempt", "webhook_delivery", "webhook_endpoint"] {
            manager.drop_table(Table::drop().table(Alias::new(name)).take()).await?;
        }
        Ok(())
    }
}
