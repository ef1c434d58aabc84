//! A delivery key may say which documents its holder may have run.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new(Alias::new("operations")).text().null().take();
        manager.alter_table(Table::alter().table(Alias::new("access_key")).add_column(column).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = Alias::new("operations");
        manager.alter_table(Table::alter().table(Alias::new("access_key")).drop_column(column).take()).await
    }
}
