//! A set of names of a mirror that are all noted.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "brought_names")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub mirror: String,
    pub fingerprint: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
