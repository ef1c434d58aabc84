use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "preview_token")]
pub struct Model {
    /// The public part of the token.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub entry_id: Uuid,
    /// Ids of further entries, with a space between two.
    pub further: String,
    /// The principal who made it.
    pub holder: String,
    /// SHA-256 of the secret.
    pub hash: Vec<u8>,
    pub created_at: i64,
    pub expires_at: i64,
    pub revoked_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
