use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partner_usage")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub partner_id: Uuid,
    /// In UTC, such as `2026-11-30`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel: String,
    pub requests: i64,
    /// Of these, beyond the quota.
    pub refused: i64,
    /// Of these, answered with an error.
    pub errors: i64,
    /// Changes told.
    pub items: i64,
    /// Of answers, as they were sent.
    pub bytes: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
