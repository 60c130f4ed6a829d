//! Which belongings of an image a place has.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "journal_belongings")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub place_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub digest: Vec<u8>,
    pub fingerprint: Vec<u8>,
    pub checked_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
