//! A tag that is to be deleted after its grace.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "condemned_tag")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub place_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub tag: String,
    pub digest: Vec<u8>,
    pub condemned_at: i64,
    pub reason: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
