//! A draft knows everybody who changed it since it was approved or published last: none of them alone makes it public
//! where two persons are asked for.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new(Alias::new("writers")).text().null().take();
        manager.alter_table(Table::alter().table(Alias::new("draft")).add_column(column).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = Alias::new("writers");
        manager.alter_table(Table::alter().table(Alias::new("draft")).drop_column(column).take()).await
    }
}
