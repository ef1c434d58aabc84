//! Who may come in: API keys, and tokens for the preview of one entry. Of a secret only its SHA-256 is kept.
//!
//! Instants are whole microseconds since 1970.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// 24 hours in microseconds.
const LONGEST_PREVIEW: i64 = 86_400_000_000;

fn column(name: &str) -> ColumnDef {
    ColumnDef::new(Alias::new(name))
}

fn index(table: &str, name: &str, on: &str) -> IndexCreateStatement {
    Index::create().name(name).table(Alias::new(table)).col(Alias::new(on)).take()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut keys = Table::create();
        keys.table(Alias::new("access_key"))
            .col(column("id").text().not_null().primary_key())
            .col(column("holder").text().not_null())
            .col(column("name").text().not_null())
            .col(column("role").text().null())
            .col(column("sees_embargoed").boolean().not_null())
            .col(column("hash").blob().not_null())
            .col(column("created_at").big_integer().not_null())
            .col(column("expires_at").big_integer().null())
            .col(column("last_used_at").big_integer().null())
            .col(column("revoked_at").big_integer().null());
        manager.create_table(keys).await?;
        manager.create_index(index("access_key", "access_key_holder", "holder")).await?;

        let lives = Expr::col(Alias::new("expires_at")).sub(Expr::col(Alias::new("created_at")));
        let mut tokens = Table::create();
        tokens
            .table(Alias::new("preview_token"))
            .col(column("id").text().not_null().primary_key())
            .col(column("entry_id").uuid().not_null())
            .col(column("holder").text().not_null())
            .col(column("hash").blob().not_null())
            .col(column("created_at").big_integer().not_null())
            .col(column("expires_at").big_integer().not_null())
            .col(column("revoked_at").big_integer().null())
            .check(lives.lte(LONGEST_PREVIEW));
        manager.create_table(tokens).await?;
        manager.create_index(index("preview_token", "preview_token_holder", "holder")).await?;
        manager.create_index(index("preview_token", "preview_token_expiry", "expires_at")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Alias::new("preview_token")).take()).await?;
        manager.drop_table(Table::drop().table(Alias::new("access_key")).take()).await
    }
}
