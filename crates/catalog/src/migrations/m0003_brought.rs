//! What a prune may take away: names that mirrors have brought.

use sea_orm::sea_query::{Index, IndexCreateStatement, TableCreateStatement};
use sea_orm::{DbBackend, DbErr, DeriveIden};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::columns::{HOST, TAG, digest, keyed, name, number, table};
use super::indexes::add_index;
use super::m0001_journal::of_place;

pub(super) struct Brought;

impl MigrationName for Brought {
    fn name(&self) -> &'static str {
        "0003_brought"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "`async_trait` gives the trait's elided lifetime no name")]
#[async_trait]
impl MigrationTrait for Brought {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(tag(backend)).await?;
        manager.create_table(names(backend)).await?;
        add_index(manager, "brought_tag", tag_by_place()).await
    }
}

#[derive(DeriveIden)]
enum BroughtTag {
    Table,
    Mirror,
    PlaceId,
    Tag,
}

fn tag(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, BroughtTag::Table)
        .col(name(backend, BroughtTag::Mirror, HOST))
        .col(number(BroughtTag::PlaceId))
        .col(name(backend, BroughtTag::Tag, TAG))
        .primary_key(Index::create().col(BroughtTag::Mirror).col(BroughtTag::PlaceId).col(BroughtTag::Tag))
        .take();
    keyed(of_place(table, backend, BroughtTag::Table, BroughtTag::PlaceId), backend)
}

fn tag_by_place() -> IndexCreateStatement {
    Index::create()
        .name("brought_tag_by_place")
        .table(BroughtTag::Table)
        .col(BroughtTag::PlaceId)
        .col(BroughtTag::Tag)
        .take()
}

#[derive(DeriveIden)]
enum BroughtNames {
    Table,
    Mirror,
    Fingerprint,
}

fn names(backend: DbBackend) -> TableCreateStatement {
    table(backend, BroughtNames::Table)
        .col(name(backend, BroughtNames::Mirror, HOST).primary_key())
        .col(digest(BroughtNames::Fingerprint))
        .take()
}
