//! When an item came into a product that was public before: so that a partner can tell what moved from what was issued.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "product_item";
const COLUMN: &str = "entered";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The number of the change by which it came in; 0 where it is out, or was in it from the first.
        let column = ColumnDef::new(Alias::new(COLUMN)).big_integer().not_null().default(0).take();
        let mut table = Table::alter();
        manager.alter_table(table.table(Alias::new(TABLE)).add_column(column).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::alter();
        manager.alter_table(table.table(Alias::new(TABLE)).drop_column(Alias::new(COLUMN)).take()).await
    }
}
