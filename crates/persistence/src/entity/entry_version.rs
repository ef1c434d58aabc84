use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "entry_version")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub entry_id: Uuid,
    pub kind: String,
    pub seq: i64,
    pub since: i64,
    pub live_from: i64,
    pub live_to: Option<i64>,
    pub digest: String,
    pub content: String,
    pub facet: String,
    pub ordered_at: i64,
    pub ends_at: Option<i64>,
    /// Name of the file kept here that an asset has.
    pub file: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
