//! The run that somebody wants to be retried.

use sea_orm::sea_query::Table;
use sea_orm::{DbErr, DeriveIden};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::columns::number_or_null;

pub(super) struct Retries;

impl MigrationName for Retries {
    fn name(&self) -> &'static str {
        "0018_retries"
    }
}

#[derive(DeriveIden)]
enum AskedRun {
    Table,
    Retries,
}

#[expect(elided_lifetimes_in_paths, reason = "`async_trait` gives the trait's elided lifetime no name")]
#[async_trait]
impl MigrationTrait for Retries {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // In MySQL a change of a table is no part of a transaction: it may be there from an earlier attempt.
        if manager.has_column("asked_run", "retries").await? {
            return Ok(());
        }
        let column = number_or_null(AskedRun::Retries);
        manager.alter_table(Table::alter().table(AskedRun::Table).add_column(column).take()).await
    }
}
