//! What a prune may take away: names that mirrors have brought.

use sea_orm::sea_query::{Index, IndexCreateStatement, Table, TableCreateStatement};
use sea_orm::{DbBackend, DbErr, DeriveIden};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::columns::{HOST, TAG, digest, name, number};
use super::m0001_journal::{keyed, of_place};

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
        manager.create_table(tag(manager.get_database_backend())).await?;
        manager.create_table(names()).await?;
        manager.create_index(tag_by_place()).await
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
    let table = Table::create()
        .table(BroughtTag::Table)
        .if_not_exists()
        .col(name(BroughtTag::Mirror, HOST))
        .col(number(BroughtTag::PlaceId))
        .col(name(BroughtTag::Tag, TAG))
        .primary_key(Index::create().col(BroughtTag::Mirror).col(BroughtTag::PlaceId).col(BroughtTag::Tag))
        .foreign_key(&mut of_place(BroughtTag::Table, BroughtTag::PlaceId))
        .take();
    keyed(table, backend)
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

fn names() -> TableCreateStatement {
    Table::create()
        .table(BroughtNames::Table)
        .if_not_exists()
        .col(name(BroughtNames::Mirror, HOST).primary_key())
        .col(digest(BroughtNames::Fingerprint))
        .take()
}
