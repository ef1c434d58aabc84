//! The content tables: entries, their versions in time, slugs, links, old addresses, and the journal.
//!
//! Instants are whole microseconds since 1970 (BIGINT): both databases order and compare them alike.
//! `live_to IS NULL` is "now" and has partial indexes; an interval test is "as of".

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

fn id(column: &str) -> ColumnDef {
    ColumnDef::new(Alias::new(column)).uuid().not_null().take()
}

fn text(column: &str) -> ColumnDef {
    ColumnDef::new(Alias::new(column)).text().not_null().take()
}

fn number(column: &str) -> ColumnDef {
    ColumnDef::new(Alias::new(column)).big_integer().not_null().take()
}

fn nullable(mut column: ColumnDef) -> ColumnDef {
    column.null().take()
}

fn row_id() -> ColumnDef {
    ColumnDef::new(Alias::new("id")).big_integer().not_null().auto_increment().primary_key().take()
}

fn table(name: &str, columns: Vec<ColumnDef>) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(Alias::new(name));
    for column in columns {
        table.col(column);
    }
    table
}

fn index(table: &str, name: &str, columns: &[&str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(Alias::new(table));
    for column in columns {
        index.col(Alias::new(*column));
    }
    index
}

fn live_only(mut index: IndexCreateStatement) -> IndexCreateStatement {
    index.cond_where(Expr::col(Alias::new("live_to")).is_null()).take()
}

/// Ordered lists read one index from newest to oldest, ties by id.
fn newest_first(table: &str, name: &str, leading: &[&str], id: &str) -> IndexCreateStatement {
    let mut index = index(table, name, leading);
    index.col((Alias::new("ordered_at"), IndexOrder::Desc)).col((Alias::new(id), IndexOrder::Desc));
    // What else most lists ask of a row; with it they need not look at the row itself.
    for column in ["facet", "live_from", "live_to"] {
        index.col(Alias::new(column));
    }
    index
}

fn primary(columns: &[&str]) -> IndexCreateStatement {
    let mut key = Index::create();
    for column in columns {
        key.col(Alias::new(*column));
    }
    key
}

const TABLES: [&str; 10] = [
    "entry",
    "external_id",
    "old_path",
    "slug",
    "entry_version",
    "edition",
    "naming",
    "link",
    "journal",
    "journal_head",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // PostgreSQL would order texts by the database's language; the record orders folded forms by code point.
        let by_code_point = match manager.get_database_backend() {
            DbBackend::Postgres => text("sort_form").extra("COLLATE \"C\"").take(),
            _ => text("sort_form"),
        };
        let mut entry = id("id");
        entry.primary_key();
        manager.create_table(table("entry", vec![entry, text("kind")])).await?;

        let mut external = table("external_id", vec![text("scheme"), text("value"), id("entry_id"), number("seq")]);
        external.primary_key(&mut primary(&["scheme", "value"]));
        manager.create_table(external).await?;
        manager.create_index(index("external_id", "external_id_entry", &["entry_id"])).await?;

        let mut path = text("path");
        path.primary_key();
        let columns = vec![path, id("entry_id"), nullable(text("locale")), number("seq")];
        manager.create_table(table("old_path", columns)).await?;

        let columns = vec![
            row_id(),
            text("kind"),
            text("locale"),
            text("slug"),
            id("entry_id"),
            number("live_from"),
            nullable(number("live_to")),
        ];
        manager.create_table(table("slug", columns)).await?;
        manager
            .create_index(live_only(index("slug", "slug_live", &["kind", "locale", "slug"]).unique().take()))
            .await?;
        manager.create_index(index("slug", "slug_lookup", &["kind", "slug"])).await?;
        manager.create_index(index("slug", "slug_entry", &["entry_id", "locale"])).await?;

        let columns = vec![
            row_id(),
            id("entry_id"),
            text("kind"),
            number("seq"),
            number("since"),
            number("live_from"),
            nullable(number("live_to")),
            text("digest"),
            text("content"),
            text("facet"),
            number("ordered_at"),
            nullable(number("ends_at")),
        ];
        manager.create_table(table("entry_version", columns)).await?;
        manager
            .create_index(live_only(index("entry_version", "entry_version_live", &["entry_id"]).unique().take()))
            .await?;
        manager.create_index(index("entry_version", "entry_version_entry", &["entry_id", "live_from"])).await?;
        manager.create_index(index("entry_version", "entry_version_seq", &["seq"])).await?;
        manager
            .create_index(live_only(newest_first("entry_version", "entry_version_list", &["kind"], "entry_id")))
            .await?;
        manager.create_index(newest_first("entry_version", "entry_version_list_as_of", &["kind"], "entry_id")).await?;

        let columns = vec![
            row_id(),
            id("entry_id"),
            text("kind"),
            text("locale"),
            number("position"),
            number("seq"),
            number("live_from"),
            nullable(number("live_to")),
            nullable(text("slug")),
            text("digest"),
            text("content"),
            text("body"),
        ];
        manager.create_table(table("edition", columns)).await?;
        manager
            .create_index(live_only(index("edition", "edition_live", &["entry_id", "locale"]).unique().take()))
            .await?;
        manager.create_index(index("edition", "edition_entry", &["entry_id", "locale", "live_from"])).await?;
        manager.create_index(index("edition", "edition_seq", &["seq"])).await?;

        // What entries are called and ordered by in each language. It follows from versions and editions together.
        let columns = vec![
            row_id(),
            id("entry_id"),
            text("kind"),
            text("locale"),
            number("position"),
            by_code_point,
            text("filter_form"),
            number("live_from"),
            nullable(number("live_to")),
        ];
        manager.create_table(table("naming", columns)).await?;
        manager.create_index(index("naming", "naming_entry", &["entry_id", "locale"])).await?;
        manager.create_index(index("naming", "naming_list", &["kind", "sort_form", "entry_id"])).await?;

        // Who refers to whom, with what lists need to know of the source. It follows from versions and editions too.
        let columns = vec![
            row_id(),
            id("source_id"),
            text("source_kind"),
            text("role"),
            id("target_id"),
            text("facet"),
            number("ordered_at"),
            nullable(number("ends_at")),
            number("live_from"),
            nullable(number("live_to")),
        ];
        manager.create_table(table("link", columns)).await?;
        // One index for now and as of: a link ends only when what it says changes, so few of its rows are past.
        let leading = ["target_id", "role", "source_kind"];
        manager.create_index(newest_first("link", "link_list", &leading, "source_id")).await?;
        manager.create_index(index("link", "link_source", &["source_id", "role", "target_id"])).await?;

        let mut seq = number("seq");
        seq.primary_key();
        let columns = vec![
            seq,
            number("at"),
            number("live_from"),
            text("origin"),
            id("entry_id"),
            text("kind"),
            text("withdrawn"),
        ];
        manager.create_table(table("journal", columns)).await?;

        let mut only = number("id");
        only.primary_key();
        manager.create_table(table("journal_head", vec![only, number("seq")])).await?;
        let first = Query::insert()
            .into_table(Alias::new("journal_head"))
            .columns([Alias::new("id"), Alias::new("seq")])
            .values_panic([1i64.into(), 0i64.into()])
            .take();
        manager.exec_stmt(first).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in TABLES.iter().rev() {
            manager.drop_table(Table::drop().table(Alias::new(*name)).take()).await?;
        }
        Ok(())
    }
}
