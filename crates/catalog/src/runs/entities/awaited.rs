//! An image of which somebody has said that it is new at its source.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "awaited_image")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub mirror: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub image: String,
    pub told_at: i64,
    pub told_by: String,
    pub moved_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
