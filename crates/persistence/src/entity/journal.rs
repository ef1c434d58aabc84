use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "journal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// When it was published.
    pub at: i64,
    /// When its versions became live.
    pub live_from: i64,
    pub origin: String,
    pub entry_id: Uuid,
    pub kind: String,
    /// JSON array of the languages this publication withdrew.
    pub withdrawn: String,
    /// The post that made a version of its holder, of whom nothing else was published.
    pub post_id: Option<Uuid>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
