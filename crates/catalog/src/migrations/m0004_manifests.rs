//! What is true of a manifest for ever: which index names it, what kinds of artifact it is, what it becomes
//! when it is written anew.

use sea_orm::sea_query::{Index, IndexCreateStatement, TableCreateStatement};
use sea_orm::{DbBackend, DbErr, DeriveIden};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::columns::{digest, keyed, table, text};

pub(super) struct Manifests;

impl MigrationName for Manifests {
    fn name(&self) -> &'static str {
        "0004_manifests"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "`async_trait` gives the trait's elided lifetime no name")]
#[async_trait]
impl MigrationTrait for Manifests {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        for table in [child(backend), kinds(backend), rewritten(backend)] {
            manager.create_table(table).await?;
        }
        Ok(())
    }
}

#[derive(DeriveIden)]
enum JournalChild {
    Table,
    Child,
    Parent,
}

fn child(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, JournalChild::Table)
        .col(digest(JournalChild::Child))
        .col(digest(JournalChild::Parent))
        .primary_key(key(JournalChild::Child).col(JournalChild::Parent))
        .take();
    keyed(table, backend)
}

#[derive(DeriveIden)]
enum JournalKinds {
    Table,
    Digest,
    Kinds,
}

fn kinds(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, JournalKinds::Table)
        .col(digest(JournalKinds::Digest).primary_key())
        .col(text(backend, JournalKinds::Kinds))
        .take();
    keyed(table, backend)
}

#[derive(DeriveIden)]
enum JournalRewritten {
    Table,
    Rule,
    Digest,
    Rewritten,
}

fn rewritten(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, JournalRewritten::Table)
        .col(digest(JournalRewritten::Rule))
        .col(digest(JournalRewritten::Digest))
        .col(digest(JournalRewritten::Rewritten))
        .primary_key(key(JournalRewritten::Rule).col(JournalRewritten::Digest))
        .take();
    keyed(table, backend)
}

fn key(first: impl sea_orm::sea_query::IntoIndexColumn) -> IndexCreateStatement {
    Index::create().col(first).take()
}
