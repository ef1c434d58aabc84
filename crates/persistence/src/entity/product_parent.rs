use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_parent")]
pub struct Model {
    /// A topic or an institution.
    #[sea_orm(primary_key, auto_increment = false)]
    pub entry_id: Uuid,
    /// What it belonged to when items were last sorted.
    pub parent_id: Option<Uuid>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
