use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub entry_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub locale: String,
    /// Of the last change of the item in this product; one change has the same number in every product.
    pub number: i64,
    /// The last publication of the entry.
    pub seq: i64,
    /// Whether it belongs to the product now.
    pub is_in: bool,
    /// The change by which it came in, where it was public before; 0 otherwise.
    pub entered: i64,
    /// The change by which it came to be known in the product first; 0 where nobody wrote that down.
    pub first_number: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
