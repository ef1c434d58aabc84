use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "operation")]
pub struct Model {
    /// What clients call it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Of the document, in hexadecimal digits.
    pub sha256: String,
    pub document: String,
    pub source: String,
    pub added_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
