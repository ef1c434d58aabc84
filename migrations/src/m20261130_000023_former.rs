//! What partners received before, and since when items are known in a product: whoever was told of an item is told when it is
//! killed, whatever is received by then.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Tables and the columns they get.
fn columns() -> [(&'static str, ColumnDef); 2] {
    let column = |name| ColumnDef::new(Alias::new(name));
    [
        // The number of the last change that was told of the product; null while it is received.
        ("partner_product", column("until_number").big_integer().null().take()),
        // The number of the change by which the item came to be known there first.
        ("product_item", column("first_number").big_integer().not_null().default(0).take()),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(Alias::new(table)).add_column(column).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let former = Query::delete()
            .from_table(Alias::new("partner_product"))
            .and_where(Expr::col(Alias::new("until_number")).is_not_null())
            .take();
        manager.exec_stmt(former).await?;
        for (table, column) in columns() {
            let name = Alias::new(column.get_column_name());
            manager.alter_table(Table::alter().table(Alias::new(table)).drop_column(name).take()).await?;
        }
        Ok(())
    }
}
