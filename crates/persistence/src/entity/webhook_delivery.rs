use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub number: i64,
    pub endpoint_id: Uuid,
    pub event_id: String,
    #[sea_orm(column_name = "type")]
    pub event_type: String,
    /// Entry and language; null for what is about no item.
    pub item: Option<String>,
    pub version: Option<i64>,
    /// Of the partner's products, that it was made of.
    pub change_number: Option<i64>,
    pub lane: i64,
    /// Empty once nothing is to be sent any more.
    pub body: String,
    pub state: String,
    pub created_at: i64,
    pub next_at: i64,
    pub tries: i64,
    pub ended_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
