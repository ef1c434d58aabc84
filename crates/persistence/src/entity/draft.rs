use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "draft")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub entry_id: Uuid,
    pub kind: String,
    /// The last one.
    pub revision: i64,
    pub state: String,
    /// In the first language, for lists.
    pub title: String,
    /// Who made the last revision.
    pub edited_by: String,
    pub approved_by: Option<String>,
    pub updated_at: i64,
    pub is_archived: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
