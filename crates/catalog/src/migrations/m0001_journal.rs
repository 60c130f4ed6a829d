//! The journal's first tables.

use sea_orm::sea_query::{
    ColumnDef, ForeignKey, ForeignKeyCreateStatement, Index, IndexCreateStatement, Table,
    TableCreateStatement,
};
use sea_orm::{DbBackend, DbErr, DeriveIden, sea_query::IntoIden};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::columns::{HOST, REPOSITORY, digest, name, number, time};

pub(super) struct Journal;

impl MigrationName for Journal {
    fn name(&self) -> &'static str {
        "0001_journal"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "`async_trait` gives the trait's elided lifetime no name")]
#[async_trait]
impl MigrationTrait for Journal {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        for table in [place(), tree(backend), blob(backend), upload(), seen(backend), realm()] {
            manager.create_table(table).await?;
        }
        for index in [place_by_name(), blob_by_digest(), upload_by_time()] {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

#[derive(DeriveIden)]
enum JournalPlace {
    Table,
    Id,
    Host,
    Repository,
}

fn place() -> TableCreateStatement {
    Table::create()
        .table(JournalPlace::Table)
        .if_not_exists()
        .col(ColumnDef::new(JournalPlace::Id).big_integer().not_null().auto_increment().primary_key())
        .col(name(JournalPlace::Host, HOST))
        .col(name(JournalPlace::Repository, REPOSITORY))
        .take()
}

fn place_by_name() -> IndexCreateStatement {
    Index::create()
        .name("journal_place_by_name")
        .table(JournalPlace::Table)
        .col(JournalPlace::Host)
        .col(JournalPlace::Repository)
        .unique()
        .take()
}

/// The tie of a row to its place.
pub(super) fn of_place(table: impl IntoIden, column: impl IntoIden) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to(JournalPlace::Table, JournalPlace::Id).take()
}

/// Lets the primary key be the table, where the database does not do so anyway: without it each narrow row
/// would be kept twice.
pub(super) fn keyed(mut table: TableCreateStatement, backend: DbBackend) -> TableCreateStatement {
    if backend == DbBackend::Sqlite {
        table.extra("WITHOUT ROWID");
    }
    table
}

#[derive(DeriveIden, Clone, Copy)]
pub(super) enum JournalTree {
    Table,
    PlaceId,
    Reference,
    Digest,
    StartedAt,
    ConfirmedAt,
}

fn tree(backend: DbBackend) -> TableCreateStatement {
    let table = Table::create()
        .table(JournalTree::Table)
        .if_not_exists()
        .col(number(JournalTree::PlaceId))
        .col(name(JournalTree::Reference, REPOSITORY))
        .col(digest(JournalTree::Digest))
        .col(time(JournalTree::StartedAt))
        .col(ColumnDef::new(JournalTree::ConfirmedAt).big_integer().null())
        .primary_key(Index::create().col(JournalTree::PlaceId).col(JournalTree::Reference))
        .foreign_key(&mut of_place(JournalTree::Table, JournalTree::PlaceId))
        .take();
    keyed(table, backend)
}

#[derive(DeriveIden, Clone, Copy)]
enum JournalBlob {
    Table,
    PlaceId,
    Digest,
    SeenAt,
}

fn blob(backend: DbBackend) -> TableCreateStatement {
    let table = Table::create()
        .table(JournalBlob::Table)
        .if_not_exists()
        .col(number(JournalBlob::PlaceId))
        .col(digest(JournalBlob::Digest))
        .col(time(JournalBlob::SeenAt))
        .primary_key(Index::create().col(JournalBlob::PlaceId).col(JournalBlob::Digest))
        .foreign_key(&mut of_place(JournalBlob::Table, JournalBlob::PlaceId))
        .take();
    keyed(table, backend)
}

fn blob_by_digest() -> IndexCreateStatement {
    Index::create()
        .name("journal_blob_by_digest")
        .table(JournalBlob::Table)
        .col(JournalBlob::Digest)
        .col(JournalBlob::SeenAt)
        .take()
}

#[derive(DeriveIden, Clone, Copy)]
enum JournalUpload {
    Table,
    PlaceId,
    Digest,
    UploadOffset,
    Session,
    Verifier,
    UpdatedAt,
}

fn upload() -> TableCreateStatement {
    Table::create()
        .table(JournalUpload::Table)
        .if_not_exists()
        .col(number(JournalUpload::PlaceId))
        .col(digest(JournalUpload::Digest))
        .col(number(JournalUpload::UploadOffset))
        .col(ColumnDef::new(JournalUpload::Session).text().not_null())
        .col(ColumnDef::new(JournalUpload::Verifier).text().not_null())
        .col(time(JournalUpload::UpdatedAt))
        .primary_key(Index::create().col(JournalUpload::PlaceId).col(JournalUpload::Digest))
        .foreign_key(&mut of_place(JournalUpload::Table, JournalUpload::PlaceId))
        .take()
}

fn upload_by_time() -> IndexCreateStatement {
    Index::create()
        .name("journal_upload_by_time")
        .table(JournalUpload::Table)
        .col(JournalUpload::UpdatedAt)
        .take()
}

#[derive(DeriveIden, Clone, Copy)]
enum JournalSeen {
    Table,
    PlaceId,
    Tag,
    Digest,
    FirstSeen,
    LastSeen,
}

fn seen(backend: DbBackend) -> TableCreateStatement {
    let table = Table::create()
        .table(JournalSeen::Table)
        .if_not_exists()
        .col(number(JournalSeen::PlaceId))
        .col(name(JournalSeen::Tag, REPOSITORY))
        .col(digest(JournalSeen::Digest))
        .col(time(JournalSeen::FirstSeen))
        .col(time(JournalSeen::LastSeen))
        .primary_key(Index::create().col(JournalSeen::PlaceId).col(JournalSeen::Tag).col(JournalSeen::Digest))
        .foreign_key(&mut of_place(JournalSeen::Table, JournalSeen::PlaceId))
        .take();
    keyed(table, backend)
}

#[derive(DeriveIden)]
enum JournalRealm {
    Table,
    Registry,
    Realm,
    PinnedAt,
}

fn realm() -> TableCreateStatement {
    Table::create()
        .table(JournalRealm::Table)
        .if_not_exists()
        .col(name(JournalRealm::Registry, HOST).primary_key())
        .col(ColumnDef::new(JournalRealm::Realm).text().not_null())
        .col(time(JournalRealm::PinnedAt))
        .take()
}
