//! Which index names a manifest.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "journal_child")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub child: Vec<u8>,
    #[sea_orm(primary_key, auto_increment = false)]
    pub parent: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
