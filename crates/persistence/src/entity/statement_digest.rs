use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "statement_digest")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub log_index: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    /// In hexadecimal digits.
    pub sha256: String,
    pub form: String,
    /// bytes, jcs or text.
    pub made_of: String,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
