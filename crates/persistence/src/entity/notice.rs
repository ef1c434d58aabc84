use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub entry_id: Uuid,
    pub kind: String,
    /// `WITHDRAWN` or `KILLED`.
    pub act: String,
    pub at: i64,
    /// When the entry came back.
    pub until: Option<i64>,
    /// For the public.
    pub reason: Option<String>,
    /// JSON array of the names of files kept here that a killed asset had.
    pub files: Option<String>,
    /// The entry that stands for a withdrawn one.
    pub successor: Option<Uuid>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
