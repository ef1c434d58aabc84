use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(unique)]
    pub code: String,
    pub title: String,
    /// A `ProductFilter` as JSON.
    pub filter: String,
    /// How often the filter was set.
    pub revision: i64,
    /// The setting of the filter by which every item was sorted; less than `revision` while that is to be done.
    pub sorted_revision: i64,
    pub created_at: i64,
    /// What it was called before it was removed; none while it is there.
    pub removed_code: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
