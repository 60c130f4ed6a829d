//! What an image becomes when it is written anew.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "journal_rewritten")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub rule: Vec<u8>,
    #[sea_orm(primary_key, auto_increment = false)]
    pub digest: Vec<u8>,
    pub rewritten: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
