//! When what a sender tells of happened, as he says.

use sea_orm::sea_query::Table;
use sea_orm::{DbErr, DeriveIden};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::columns::time_or_null;

pub(super) struct MovedAt;

impl MigrationName for MovedAt {
    fn name(&self) -> &'static str {
        "0017_moved_at"
    }
}

#[derive(DeriveIden)]
enum AwaitedImage {
    Table,
    MovedAt,
}

#[expect(elided_lifetimes_in_paths, reason = "`async_trait` gives the trait's elided lifetime no name")]
#[async_trait]
impl MigrationTrait for MovedAt {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // In MySQL a change of a table is no part of a transaction: it may be there from an earlier attempt.
        if manager.has_column("awaited_image", "moved_at").await? {
            return Ok(());
        }
        let column = time_or_null(AwaitedImage::MovedAt);
        manager.alter_table(Table::alter().table(AwaitedImage::Table).add_column(column).take()).await
    }
}
