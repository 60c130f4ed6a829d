//! Bringing the tables up to date.

use std::collections::HashSet;

use sea_orm::{DatabaseConnection, EntityTrait, QueryOrder, QuerySelect};
use sea_orm_migration::{MigratorTrait, SchemaManager, seaql_migrations};

use super::Migrator;
use crate::{CatalogError, DatabaseLocation, sqlite};

/// Checks that the tables are those of this program, and changes them where they are older.
///
/// The check alone (by far the most frequent case) takes two small reads. The changes run in one
/// transaction that holds the write lock: of several processes one does the work and the others then find
/// it done; a process that dies leaves nothing half done.
pub(crate) async fn bring_up_to_date(
    database: &DatabaseConnection,
    location: &DatabaseLocation,
) -> Result<(), CatalogError> {
    if is_current(&SchemaManager::new(database), location).await? {
        return Ok(());
    }
    let transaction = sqlite::begin(database).await?;
    if !is_current(&SchemaManager::new(&transaction), location).await? {
        Migrator::up(&transaction, None).await.map_err(CatalogError::database)?;
    }
    transaction.commit().await.map_err(CatalogError::database)
}

async fn is_current(schema: &SchemaManager<'_>, location: &DatabaseLocation) -> Result<bool, CatalogError> {
    let applied = applied(schema).await?;
    let migrations = Migrator::migrations();
    let known: HashSet<&str> = migrations.iter().map(|migration| migration.name()).collect();
    if let Some(unknown) = applied.iter().find(|name| !known.contains(name.as_str())) {
        return Err(CatalogError::Newer { location: location.to_string(), migration: unknown.clone() });
    }
    Ok(applied.len() == known.len())
}

/// The names of the changes made so far, in order.
async fn applied(schema: &SchemaManager<'_>) -> Result<Vec<String>, CatalogError> {
    if !schema.has_table("seaql_migrations").await.map_err(CatalogError::database)? {
        return Ok(Vec::new());
    }
    seaql_migrations::Entity::find()
        .select_only()
        .column(seaql_migrations::Column::Version)
        .order_by_asc(seaql_migrations::Column::Version)
        .into_tuple()
        .all(schema.get_connection())
        .await
        .map_err(CatalogError::database)
}
