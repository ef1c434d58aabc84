use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "statement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub log_index: i64,
    pub entry_id: Uuid,
    pub locale: String,
    pub version: i64,
    pub pub_status: String,
    pub stated_at: i64,
    pub jws: String,
    /// JSON.
    pub log_entry: String,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
