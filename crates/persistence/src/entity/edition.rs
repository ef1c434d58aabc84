use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "edition")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub entry_id: Uuid,
    pub kind: String,
    pub locale: String,
    /// Which of the entry’s languages it is, 0 being the one first published.
    pub position: i64,
    pub seq: i64,
    pub live_from: i64,
    pub live_to: Option<i64>,
    pub slug: Option<String>,
    pub digest: String,
    pub content: String,
    pub body: String,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
