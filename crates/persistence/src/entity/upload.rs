use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "upload")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub stored: String,
    /// An `AssetFile` as JSON.
    pub facts: String,
    pub author: String,
    pub at: i64,
    pub expires_at: i64,
    pub entry_id: Option<Uuid>,
    /// `private`, `public` or `removed`.
    pub place: String,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
