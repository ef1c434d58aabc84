use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "clock_trace")]
pub struct Model {
    /// One start of one machine.
    #[sea_orm(primary_key, auto_increment = false)]
    pub boot: String,
    /// Microseconds since that start.
    pub up: i64,
    /// What the clock showed then.
    pub wall: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
