//! Drills that are items: issued, and killed later. Those without a language are kills of nothing.
//!
//! Instants are whole microseconds since 1970.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

fn columns() -> [ColumnDef; 2] {
    let column = |name| ColumnDef::new(Alias::new(name));
    [
        // The language it is issued in; null where nothing is.
        column("locale").text().null().take(),
        // When what was issued was killed; null until then.
        column("killed_at").big_integer().null().take(),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in columns() {
            manager.alter_table(Table::alter().table(Alias::new("drill")).add_column(column).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in columns() {
            let name = Alias::new(column.get_column_name());
            manager.alter_table(Table::alter().table(Alias::new("drill")).drop_column(name).take()).await?;
        }
        Ok(())
    }
}
