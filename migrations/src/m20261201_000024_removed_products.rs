//! Products that were removed: whoever received one is told of kills of what it held, so that it is kept out of sight.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What it was called, which another one may be called since; null while it is there.
        let column = ColumnDef::new(Alias::new("removed_code")).text().null().take();
        manager.alter_table(Table::alter().table(Alias::new("product")).add_column(column).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let removed = || {
            Query::select()
                .column(Alias::new("id"))
                .from(Alias::new("product"))
                .and_where(Expr::col(Alias::new("removed_code")).is_not_null())
                .take()
        };
        for table in ["partner_product", "product_item"] {
            let of_removed = Expr::col(Alias::new("product_id")).in_subquery(removed());
            manager.exec_stmt(Query::delete().from_table(Alias::new(table)).and_where(of_removed).take()).await?;
        }
        let gone = Expr::col(Alias::new("removed_code")).is_not_null();
        manager.exec_stmt(Query::delete().from_table(Alias::new("product")).and_where(gone).take()).await?;
        let name = Alias::new("removed_code");
        manager.alter_table(Table::alter().table(Alias::new("product")).drop_column(name).take()).await
    }
}
