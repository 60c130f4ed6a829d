//! Bringing the tables up to date.

use std::collections::HashSet;

use sea_orm::{EntityTrait, QueryOrder, QuerySelect};
use sea_orm_migration::{IntoSchemaManagerConnection, MigratorTrait, SchemaManager, seaql_migrations};

use super::Migrator;
use crate::{CatalogError, DatabaseLocation};

/// Makes all changes that were not made yet. Where the database takes back what is not committed, to be called in a
/// transaction.
pub(crate) async fn apply<'c>(database: impl IntoSchemaManagerConnection<'c>) -> Result<(), CatalogError> {
    Migrator::up(database, None).await.map_err(CatalogError::database)
}

/// Whether the tables are those of this program.
///
/// # Errors
/// [`CatalogError::Newer`] if they have changes that it does not know.
pub(crate) async fn are_current<'c>(
    database: impl IntoSchemaManagerConnection<'c>,
    location: &DatabaseLocation,
) -> Result<bool, CatalogError> {
    let applied = applied(&SchemaManager::new(database)).await?;
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
