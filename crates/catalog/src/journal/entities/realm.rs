//! The token realm that a registry named first.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "journal_realm")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub registry: String,
    pub realm: String,
    pub pinned_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
