use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "drafting_head")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// Number of the last act for the published store.
    pub published: i64,
    /// Number of the last act for the embargoed store.
    pub embargoed: i64,
    /// Number of the last record of the audit log.
    pub audit: i64,
    /// Its hash.
    pub audit_hash: String,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
