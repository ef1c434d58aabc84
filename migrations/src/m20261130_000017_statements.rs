//! Statements of what was issued, and the log of them. Hashes, signatures and names of items: no word of what was issued, so
//! that a kill has nothing to take away here.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

fn column(name: &str) -> ColumnDef {
    ColumnDef::new(Alias::new(name))
}

const ITEM: &str = "statement_item";
const HASH: &str = "statement_digest_sha256";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut statement = Table::create();
        statement
            .table(Alias::new("statement"))
            // Its place in the log: from 0, without gaps.
            .col(column("log_index").big_integer().not_null().primary_key())
            .col(column("entry_id").uuid().not_null())
            .col(column("locale").text().not_null())
            .col(column("version").big_integer().not_null())
            // usable, withheld or canceled.
            .col(column("pub_status").text().not_null())
            // Microseconds since 1970.
            .col(column("stated_at").big_integer().not_null())
            .col(column("jws").text().not_null())
            // What the log holds of it, in JSON.
            .col(column("log_entry").text().not_null());
        manager.create_table(statement).await?;
        let mut item = Index::create();
        item.name(ITEM).table(Alias::new("statement"));
        for name in ["entry_id", "locale", "version", "log_index"] {
            item.col(Alias::new(name));
        }
        manager.create_index(item).await?;

        let mut digest = Table::create();
        digest
            .table(Alias::new("statement_digest"))
            .col(column("log_index").big_integer().not_null())
            // Which hash of the statement it is.
            .col(column("position").big_integer().not_null())
            // In hexadecimal digits.
            .col(column("sha256").text().not_null())
            // The form, such as ninjs.
            .col(column("form").text().not_null())
            // Of its bytes, of its JSON in the form of RFC 8785 (jcs), or of its text as copying leaves it (text).
            .col(column("made_of").text().not_null())
            .primary_key(Index::create().col(Alias::new("log_index")).col(Alias::new("position")));
        manager.create_table(digest).await?;
        let mut hash = Index::create();
        hash.name(HASH).table(Alias::new("statement_digest")).col(Alias::new("sha256")).col(Alias::new("log_index"));
        manager.create_index(hash).await?;

        // Every eighth level of the tree over the log.
        let mut log_hash = Table::create();
        log_hash
            .table(Alias::new("log_hash"))
            .col(column("level").big_integer().not_null())
            .col(column("place").big_integer().not_null())
            .col(column("hash").binary().not_null())
            .primary_key(Index::create().col(Alias::new("level")).col(Alias::new("place")));
        manager.create_table(log_hash).await?;

        let mut head = Table::create();
        head.table(Alias::new("statement_head"))
            .col(column("id").big_integer().not_null().primary_key())
            // Statements in the log.
            .col(column("size").big_integer().not_null())
            // The last publication they were made after.
            .col(column("seq").big_integer().not_null())
            // What else decides the bytes of documents.
            .col(column("made_with").text().not_null())
            // The signed note; empty before the first.
            .col(column("checkpoint").text().not_null())
            // The public keys, as a JWK set; empty before the first.
            .col(column("keys").text().not_null());
        manager.create_table(head).await?;
        let first = Query::insert()
            .into_table(Alias::new("statement_head"))
            .columns(["id", "size", "seq", "made_with", "checkpoint", "keys"].map(Alias::new))
            .values_panic([1i64.into(), 0i64.into(), 0i64.into(), "".into(), "".into(), "".into()])
            .take();
        manager.exec_stmt(first).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["statement_head", "log_hash", "statement_digest", "statement"] {
            manager.drop_table(Table::drop().table(Alias::new(name)).take()).await?;
        }
        Ok(())
    }
}
