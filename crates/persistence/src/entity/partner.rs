use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partner")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(unique)]
    pub name: String,
    /// Version of the terms of embargo that were accepted.
    pub embargo_terms: Option<String>,
    pub embargo_accepted_at: Option<i64>,
    pub requests_per_minute: i32,
    pub idle_after_minutes: Option<i32>,
    pub created_at: i64,
    pub suspended_at: Option<i64>,
    /// When it asked for changes last.
    pub polled_at: Option<i64>,
    /// Number of the last change it was told then.
    pub polled_number: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
