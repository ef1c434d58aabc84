//! Who subscribed to a feed, and which state of it arrived there.
//!
//! Instants are whole microseconds since 1970, as in the record.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "websub_subscription";

fn column(name: &str) -> ColumnDef {
    ColumnDef::new(Alias::new(name))
}

fn index(name: &str, columns: &[&str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(Alias::new(TABLE));
    for column in columns {
        index.col(Alias::new(*column));
    }
    index
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table.table(Alias::new(TABLE));
        for mut column in [
            column("id").uuid().not_null().primary_key().take(),
            // The feed: the end of its address.
            column("topic").text().not_null().take(),
            column("callback").text().not_null().take(),
            // Host and port of the callback.
            column("host").text().not_null().take(),
            column("secret").text().null().take(),
            column("created_at").big_integer().not_null().take(),
            column("expires_at").big_integer().not_null().take(),
            // Digest of the feed as it arrived last, or as it was when it was subscribed to.
            column("told").text().not_null().take(),
            // Since it arrived last.
            column("tries").big_integer().not_null().take(),
            // Of what it is tried to deliver.
            column("failing_since").big_integer().null().take(),
            column("due_at").big_integer().not_null().take(),
        ] {
            table.col(&mut column);
        }
        manager.create_table(table).await?;
        manager.create_index(index("websub_subscription_once", &["topic", "callback"]).unique().take()).await?;
        manager.create_index(index("websub_subscription_host", &["host"])).await?;
        manager.create_index(index("websub_subscription_due", &["tries", "due_at"])).await?;
        manager.create_index(index("websub_subscription_end", &["expires_at"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Alias::new(TABLE)).take()).await
    }
}
