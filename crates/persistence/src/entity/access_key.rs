use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_key")]
pub struct Model {
    /// The public part of the key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Id of the holder's first key, or the holder's account at a provider; the keys that replace it share it.
    pub holder: String,
    pub name: String,
    /// Of an editorial key; null for a delivery key.
    pub role: Option<String>,
    pub sees_embargoed: bool,
    /// Which documents a delivery key may have run; null for what is set for everybody.
    pub operations: Option<String>,
    /// SHA-256 of the secret.
    pub hash: Vec<u8>,
    pub created_at: i64,
    pub expires_at: Option<i64>,
    pub last_used_at: Option<i64>,
    pub revoked_at: Option<i64>,
    /// The partner whose key it is.
    pub partner_id: Option<Uuid>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
