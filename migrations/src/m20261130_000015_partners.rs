//! Partners, the products they receive, which items are in which product, and what partners asked for.
//!
//! Instants are whole microseconds since 1970.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

fn column(name: &str) -> ColumnDef {
    ColumnDef::new(Alias::new(name))
}

fn table(name: &str) -> TableCreateStatement {
    Table::create().table(Alias::new(name)).take()
}

fn primary_key(columns: &[&str]) -> IndexCreateStatement {
    let mut key = Index::create();
    for name in columns {
        key.col(Alias::new(*name));
    }
    key.take()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut partner = table("partner");
        partner
            .col(column("id").uuid().not_null().primary_key())
            .col(column("name").text().not_null().unique_key())
            .col(column("embargo_terms").text().null())
            .col(column("embargo_accepted_at").big_integer().null())
            .col(column("requests_per_minute").integer().not_null())
            .col(column("idle_after_minutes").integer().null())
            .col(column("created_at").big_integer().not_null())
            .col(column("suspended_at").big_integer().null())
            .col(column("polled_at").big_integer().null())
            .col(column("polled_number").big_integer().null());
        manager.create_table(partner).await?;

        let mut product = table("product");
        product
            .col(column("id").uuid().not_null().primary_key())
            .col(column("code").text().not_null().unique_key())
            .col(column("title").text().not_null())
            .col(column("filter").text().not_null())
            .col(column("revision").big_integer().not_null())
            .col(column("sorted_revision").big_integer().not_null())
            .col(column("created_at").big_integer().not_null());
        manager.create_table(product).await?;
        // The product of everything, there from the beginning.
        let all = Query::insert()
            .into_table(Alias::new("product"))
            .columns(["id", "code", "title", "filter", "revision", "sorted_revision", "created_at"].map(Alias::new))
            .values_panic([
                Expr::val(sea_orm_migration::sea_orm::prelude::Uuid::nil()),
                "all".into(),
                "Everything".into(),
                "{}".into(),
                1.into(),
                1.into(),
                0.into(),
            ])
            .take();
        manager.exec_stmt(all).await?;

        let mut assigned = table("partner_product");
        assigned
            .col(column("partner_id").uuid().not_null())
            .col(column("product_id").uuid().not_null())
            .primary_key(&mut primary_key(&["partner_id", "product_id"]));
        manager.create_table(assigned).await?;

        let mut item = table("product_item");
        item.col(column("product_id").uuid().not_null())
            .col(column("entry_id").uuid().not_null())
            .col(column("locale").text().not_null())
            .col(column("number").big_integer().not_null())
            .col(column("seq").big_integer().not_null())
            .col(column("is_in").boolean().not_null())
            .primary_key(&mut primary_key(&["product_id", "entry_id", "locale"]));
        manager.create_table(item).await?;
        for (name, columns) in
            [("product_item_number", ["product_id", "number"]), ("product_item_entry", ["entry_id", "locale"])]
        {
            let mut index = Index::create().name(name).table(Alias::new("product_item")).take();
            for on in columns {
                index.col(Alias::new(on));
            }
            manager.create_index(index).await?;
        }

        let mut head = table("product_head");
        head.col(column("id").integer().not_null().primary_key())
            .col(column("seq").big_integer().not_null())
            .col(column("number").big_integer().not_null())
            .col(column("cursor_key").blob().null());
        manager.create_table(head).await?;
        let row = Query::insert()
            .into_table(Alias::new("product_head"))
            .columns(["id", "seq", "number"].map(Alias::new))
            .values_panic([1.into(), 0.into(), 0.into()])
            .take();
        manager.exec_stmt(row).await?;

        let mut usage = table("partner_usage");
        usage
            .col(column("partner_id").uuid().not_null())
            .col(column("day").text().not_null())
            .col(column("channel").text().not_null())
            .col(column("requests").big_integer().not_null())
            .col(column("refused").big_integer().not_null())
            .col(column("errors").big_integer().not_null())
            .col(column("items").big_integer().not_null())
            .col(column("bytes").big_integer().not_null())
            .primary_key(&mut primary_key(&["partner_id", "day", "channel"]));
        manager.create_table(usage).await?;

        let of_partner =
            Table::alter().table(Alias::new("access_key")).add_column(column("partner_id").uuid().null()).take();
        manager.alter_table(of_partner).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let of_partner = Table::alter().table(Alias::new("access_key")).drop_column(Alias::new("partner_id")).take();
        manager.alter_table(of_partner).await?;
        for name in ["partner_usage", "product_head", "product_item", "partner_product", "product", "partner"] {
            manager.drop_table(Table::drop().table(Alias::new(name)).take()).await?;
        }
        Ok(())
    }
}
