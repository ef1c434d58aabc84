//! What the clocks of machines showed while they could be trusted, so that a start after a jump knows of it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let number = |name: &str| ColumnDef::new(Alias::new(name)).big_integer().not_null().take();
        let mut table = Table::create();
        table
            .table(Alias::new("clock_trace"))
            // One start of one machine.
            .col(ColumnDef::new(Alias::new("boot")).text().not_null().primary_key())
            // Microseconds since that start.
            .col(number("up"))
            // What the clock showed then: whole microseconds since 1970.
            .col(number("wall"));
        manager.create_table(table.take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Alias::new("clock_trace")).take()).await
    }
}
