//! One repository somewhere. Rows are never deleted.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "journal_place")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub host: String,
    pub repository: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
