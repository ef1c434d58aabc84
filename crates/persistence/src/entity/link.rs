use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "link")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub source_id: Uuid,
    pub source_kind: String,
    pub role: String,
    pub target_id: Uuid,
    pub facet: String,
    pub ordered_at: i64,
    pub ends_at: Option<i64>,
    pub live_from: i64,
    pub live_to: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
