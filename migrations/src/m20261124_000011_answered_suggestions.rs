//! A naming that an editor has answered is kept, so that the next import of the same text does not ask again.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Whole microseconds since 1970; null while it is open.
        let column = ColumnDef::new(Alias::new("answered_at")).big_integer().null().take();
        manager.alter_table(Table::alter().table(Alias::new("mention_suggestion")).add_column(column).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = Alias::new("answered_at");
        manager.alter_table(Table::alter().table(Alias::new("mention_suggestion")).drop_column(column).take()).await
    }
}
