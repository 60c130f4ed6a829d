//! Indexes that are made unless they are there.

use sea_orm::sea_query::IndexCreateStatement;
use sea_orm::{DbBackend, DbErr};
use sea_orm_migration::SchemaManager;

/// Makes an index of the table. MySQL is asked first: it has no `IF NOT EXISTS` for an index, and what a killed
/// process began there is done again.
pub(super) async fn add_index(
    manager: &SchemaManager<'_>,
    table: &str,
    index: IndexCreateStatement,
) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::MySql {
        let name = index.get_index_spec().get_name().unwrap_or_default();
        if manager.has_index(table, name).await? {
            return Ok(());
        }
    }
    manager.create_index(index).await
}
