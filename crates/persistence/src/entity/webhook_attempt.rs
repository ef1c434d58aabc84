use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_attempt")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub number: i64,
    pub endpoint_id: Uuid,
    pub event_id: String,
    #[sea_orm(column_name = "type")]
    pub event_type: String,
    pub at: i64,
    #[sea_orm(column_name = "try")]
    pub number_of_try: i64,
    pub status: Option<i64>,
    pub failure: Option<String>,
    pub ms: i64,
    pub answer: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
