//! The editors' side: drafts with every revision, acts on their way to the public, schedules, and the audit log.
//!
//! Instants are whole microseconds since 1970, as in the record.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

fn column(name: &str) -> ColumnDef {
    ColumnDef::new(Alias::new(name))
}

fn id(name: &str) -> ColumnDef {
    column(name).uuid().not_null().take()
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

fn table(name: &str, columns: Vec<ColumnDef>, key: &[&str]) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(Alias::new(name));
    for column in columns {
        table.col(column);
    }
    let mut primary = Index::create();
    for column in key {
        primary.col(Alias::new(*column));
    }
    table.primary_key(&mut primary);
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

const TABLES: [&str; 7] = ["draft", "revision", "act", "drafting_head", "idempotency", "schedule", "audit"];

/// Keeps honest code honest; whoever owns the database is found out by the chain of hashes.
const SQLITE_APPEND_ONLY: &str = "
    CREATE TRIGGER audit_not_changed BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
    CREATE TRIGGER audit_not_deleted BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;";

const POSTGRES_APPEND_ONLY: &str = "
    CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
    CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
        EXECUTE FUNCTION audit_is_append_only();";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Every entry that was ever edited here.
        let columns = vec![
            id("entry_id"),
            text("kind"),
            number("revision"),
            text("state"),
            text("title"),
            text("edited_by"),
            optional(text("approved_by")),
            number("updated_at"),
            number("is_archived"),
        ];
        manager.create_table(table("draft", columns, &["entry_id"])).await?;
        manager.create_index(index("draft", "draft_recent", &["updated_at", "entry_id"])).await?;

        let columns = vec![
            id("entry_id"),
            number("number"),
            number("at"),
            text("author"),
            text("verb"),
            optional(text("note")),
            text("content"),
        ];
        manager.create_table(table("revision", columns, &["entry_id", "number"])).await?;

        // What was acknowledged to become public: the journal that decides after a crash.
        let columns = vec![text("store"), number("number"), number("at"), text("origin"), text("content")];
        manager.create_table(table("act", columns, &["store", "number"])).await?;

        // One row, which every writer takes first: numbers have no gaps and follow the order of commits.
        let columns = vec![number("id"), number("published"), number("embargoed"), number("audit"), text("audit_hash")];
        manager.create_table(table("drafting_head", columns, &["id"])).await?;
        let head = Query::insert()
            .into_table(Alias::new("drafting_head"))
            .columns(["id", "published", "embargoed", "audit", "audit_hash"].map(Alias::new))
            .values_panic([1i64.into(), 0i64.into(), 0i64.into(), 0i64.into(), "".into()])
            .take();
        manager.exec_stmt(head).await?;

        let columns = vec![text("principal"), text("key"), text("digest"), number("at"), text("answer")];
        manager.create_table(table("idempotency", columns, &["principal", "key"])).await?;
        manager.create_index(index("idempotency", "idempotency_age", &["at"])).await?;

        let columns = vec![
            id("id"),
            number("due_at"),
            text("state"),
            text("verb"),
            number("is_early"),
            text("author"),
            number("made_at"),
            text("content"),
            optional(text("failure")),
        ];
        manager.create_table(table("schedule", columns, &["id"])).await?;
        manager.create_index(index("schedule", "schedule_due", &["state", "due_at"])).await?;

        let columns = vec![
            number("number"),
            number("at"),
            text("author"),
            text("origin"),
            text("verb"),
            text("subjects"),
            text("detail"),
            text("previous"),
            text("hash"),
        ];
        manager.create_table(table("audit", columns, &["number"])).await?;
        let guards = match manager.get_database_backend() {
            DbBackend::Postgres => POSTGRES_APPEND_ONLY,
            _ => SQLITE_APPEND_ONLY,
        };
        manager.get_connection().execute_unprepared(guards).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in TABLES.iter().rev() {
            manager.drop_table(Table::drop().table(Alias::new(*name)).take()).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared("DROP FUNCTION audit_is_append_only()").await?;
        }
        Ok(())
    }
}
