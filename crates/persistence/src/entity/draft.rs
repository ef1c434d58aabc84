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
    /// Who changed its content last.
    pub edited_by: String,
    /// JSON array of all who changed it since it was approved or published last; null in drafts from before it was kept.
    pub writers: Option<String>,
    pub approved_by: Option<String>,
    pub updated_at: i64,
    pub is_archived: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
