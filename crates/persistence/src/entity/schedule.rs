use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "schedule")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub due_at: i64,
    pub state: String,
    pub verb: String,
    /// Whether entitled keys see it already.
    pub is_early: i64,
    pub author: String,
    pub made_at: i64,
    /// JSON array of what becomes public.
    pub content: String,
    pub failure: Option<String>,
    pub after_seq: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
