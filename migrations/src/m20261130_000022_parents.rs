//! What topics and institutions belonged to when items were last sorted by it, so that a move is seen whenever the sorter
//! comes to look; and the way from a publication to the changes made of it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "product_parent";
const INDEX: &str = "product_item_seq";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table(Alias::new(TABLE))
            .col(ColumnDef::new(Alias::new("entry_id")).uuid().not_null().primary_key())
            .col(ColumnDef::new(Alias::new("parent_id")).uuid().null());
        manager.create_table(table).await?;
        let mut index = Index::create();
        index.name(INDEX).table(Alias::new("product_item")).col(Alias::new("seq"));
        manager.create_index(index).await?;
        // Nobody has written down yet what items were sorted by.
        let unsorted = Query::update()
            .table(Alias::new("product"))
            .value(Alias::new("revision"), Expr::col(Alias::new("revision")).add(1))
            .and_where(Expr::col(Alias::new("filter")).ne("{}"))
            .take();
        manager.exec_stmt(unsorted).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut index = Index::drop();
        index.name(INDEX).table(Alias::new("product_item"));
        manager.drop_index(index).await?;
        manager.drop_table(Table::drop().table(Alias::new(TABLE)).take()).await
    }
}
