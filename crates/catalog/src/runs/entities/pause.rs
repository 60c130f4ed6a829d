//! A mirror that is not run by itself for now.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mirror_pause")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub mirror: String,
    pub paused_at: i64,
    pub paused_by: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
