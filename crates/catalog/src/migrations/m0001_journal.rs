//! The journal's first tables.

use sea_orm::sea_query::{ForeignKey, Index, IndexCreateStatement, TableCreateStatement};
use sea_orm::{DbBackend, DbErr, DeriveIden, sea_query::IntoIden};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::columns::{
    HOST, LOCK, REPOSITORY, digest, id, keyed, name, number, table, text, time, time_or_null,
};
use super::indexes::add_index;

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
        for table in
            [place(backend), tree(backend), blob(backend), upload(backend), seen(backend), realm(backend)]
        {
            manager.create_table(table).await?;
        }
        add_index(manager, "journal_place", place_by_name()).await?;
        add_index(manager, "journal_blob", blob_by_digest()).await?;
        add_index(manager, "journal_upload", upload_by_time()).await?;
        match backend {
            DbBackend::Sqlite => Ok(()),
            _ => manager.create_table(lock(backend)).await,
        }
    }
}

#[derive(DeriveIden)]
enum JournalPlace {
    Table,
    Id,
    Host,
    Repository,
}

fn place(backend: DbBackend) -> TableCreateStatement {
    table(backend, JournalPlace::Table)
        .col(id(JournalPlace::Id))
        .col(name(backend, JournalPlace::Host, HOST))
        .col(name(backend, JournalPlace::Repository, REPOSITORY))
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

/// Ties the rows of a table to their places, in SQLite. A place is never deleted, and a server would lock it for
/// each row.
pub(super) fn of_place(
    mut rows: TableCreateStatement,
    backend: DbBackend,
    table: impl IntoIden,
    column: impl IntoIden,
) -> TableCreateStatement {
    if backend == DbBackend::Sqlite {
        rows.foreign_key(ForeignKey::create().from(table, column).to(JournalPlace::Table, JournalPlace::Id));
    }
    rows
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
    let table = table(backend, JournalTree::Table)
        .col(number(JournalTree::PlaceId))
        .col(name(backend, JournalTree::Reference, REPOSITORY))
        .col(digest(JournalTree::Digest))
        .col(time(JournalTree::StartedAt))
        .col(time_or_null(JournalTree::ConfirmedAt))
        .primary_key(Index::create().col(JournalTree::PlaceId).col(JournalTree::Reference))
        .take();
    keyed(of_place(table, backend, JournalTree::Table, JournalTree::PlaceId), backend)
}

#[derive(DeriveIden, Clone, Copy)]
enum JournalBlob {
    Table,
    PlaceId,
    Digest,
    SeenAt,
}

fn blob(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, JournalBlob::Table)
        .col(number(JournalBlob::PlaceId))
        .col(digest(JournalBlob::Digest))
        .col(time(JournalBlob::SeenAt))
        .primary_key(Index::create().col(JournalBlob::PlaceId).col(JournalBlob::Digest))
        .take();
    keyed(of_place(table, backend, JournalBlob::Table, JournalBlob::PlaceId), backend)
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

fn upload(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, JournalUpload::Table)
        .col(number(JournalUpload::PlaceId))
        .col(digest(JournalUpload::Digest))
        .col(number(JournalUpload::UploadOffset))
        .col(text(backend, JournalUpload::Session))
        .col(text(backend, JournalUpload::Verifier))
        .col(time(JournalUpload::UpdatedAt))
        .primary_key(Index::create().col(JournalUpload::PlaceId).col(JournalUpload::Digest))
        .take();
    of_place(table, backend, JournalUpload::Table, JournalUpload::PlaceId)
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
    let table = table(backend, JournalSeen::Table)
        .col(number(JournalSeen::PlaceId))
        .col(name(backend, JournalSeen::Tag, REPOSITORY))
        .col(digest(JournalSeen::Digest))
        .col(time(JournalSeen::FirstSeen))
        .col(time(JournalSeen::LastSeen))
        .primary_key(Index::create().col(JournalSeen::PlaceId).col(JournalSeen::Tag).col(JournalSeen::Digest))
        .take();
    keyed(of_place(table, backend, JournalSeen::Table, JournalSeen::PlaceId), backend)
}

#[derive(DeriveIden)]
enum JournalRealm {
    Table,
    Registry,
    Realm,
    PinnedAt,
}

fn realm(backend: DbBackend) -> TableCreateStatement {
    table(backend, JournalRealm::Table)
        .col(name(backend, JournalRealm::Registry, HOST).primary_key())
        .col(text(backend, JournalRealm::Realm))
        .col(time(JournalRealm::PinnedAt))
        .take()
}

/// What a server locks where no row stands for the thing.
#[derive(DeriveIden)]
enum CatalogLock {
    Table,
    Name,
}

fn lock(backend: DbBackend) -> TableCreateStatement {
    table(backend, CatalogLock::Table).col(name(backend, CatalogLock::Name, LOCK).primary_key()).take()
}
