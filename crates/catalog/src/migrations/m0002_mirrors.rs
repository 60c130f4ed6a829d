//! What runs of mirrors remember: hosts and belongings in the journal, runs, condemned tags and deletions.

use sea_orm::sea_query::{
    ColumnDef, ForeignKey, ForeignKeyCreateStatement, Index, IndexCreateStatement, TableCreateStatement,
};
use sea_orm::{DbBackend, DbErr, DeriveIden, sea_query::IntoIden};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::columns::{
    HOST, REPOSITORY, WORD, bytes, digest, id, keyed, name, name_or_null, number, table, text, time,
    time_or_null,
};
use super::indexes::add_index;
use super::m0001_journal::of_place;

pub(super) struct Mirrors;

impl MigrationName for Mirrors {
    fn name(&self) -> &'static str {
        "0002_mirrors"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "`async_trait` gives the trait's elided lifetime no name")]
#[async_trait]
impl MigrationTrait for Mirrors {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let of_journal = [host(backend), belongings(backend)];
        let of_runs = [run(backend), run_failure(backend), run_lease(backend)];
        let of_prune = [condemned_tag(backend), deletion(backend)];
        for table in of_journal.into_iter().chain(of_runs).chain(of_prune) {
            manager.create_table(table).await?;
        }
        add_index(manager, "run", run_by_mirror()).await?;
        add_index(manager, "deletion", deletion_by_run()).await
    }
}

#[derive(DeriveIden)]
enum JournalHost {
    Table,
    Host,
    Fact,
    Holds,
    CheckedAt,
}

fn host(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, JournalHost::Table)
        .col(name(backend, JournalHost::Host, HOST))
        .col(name(backend, JournalHost::Fact, WORD))
        .col(ColumnDef::new(JournalHost::Holds).boolean().not_null())
        .col(time(JournalHost::CheckedAt))
        .primary_key(Index::create().col(JournalHost::Host).col(JournalHost::Fact))
        .take();
    keyed(table, backend)
}

#[derive(DeriveIden)]
enum JournalBelongings {
    Table,
    PlaceId,
    Digest,
    Fingerprint,
    CheckedAt,
}

fn belongings(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, JournalBelongings::Table)
        .col(number(JournalBelongings::PlaceId))
        .col(digest(JournalBelongings::Digest))
        .col(digest(JournalBelongings::Fingerprint))
        .col(time(JournalBelongings::CheckedAt))
        .primary_key(Index::create().col(JournalBelongings::PlaceId).col(JournalBelongings::Digest))
        .take();
    keyed(of_place(table, backend, JournalBelongings::Table, JournalBelongings::PlaceId), backend)
}

#[derive(DeriveIden)]
enum Run {
    Table,
    Id,
    Mirror,
    StartedAt,
    EndedAt,
    Outcome,
    Images,
    Copied,
    Skipped,
    Deleted,
    Failed,
    Blobs,
    Mounted,
    Bytes,
}

fn run(backend: DbBackend) -> TableCreateStatement {
    table(backend, Run::Table)
        .col(id(Run::Id))
        .col(name(backend, Run::Mirror, HOST))
        .col(time(Run::StartedAt))
        .col(time_or_null(Run::EndedAt))
        .col(name_or_null(backend, Run::Outcome, WORD))
        .col(number(Run::Images))
        .col(number(Run::Copied))
        .col(number(Run::Skipped))
        .col(number(Run::Deleted))
        .col(number(Run::Failed))
        .col(number(Run::Blobs))
        .col(number(Run::Mounted))
        .col(number(Run::Bytes))
        .take()
}

fn run_by_mirror() -> IndexCreateStatement {
    Index::create().name("run_by_mirror").table(Run::Table).col(Run::Mirror).col(Run::Id).take()
}

/// The tie of a row to its run.
fn of_run(table: impl IntoIden, column: impl IntoIden) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to(Run::Table, Run::Id).take()
}

#[derive(DeriveIden)]
enum RunFailure {
    Table,
    RunId,
    Number,
    Source,
    Target,
    Cause,
    Retryable,
}

fn run_failure(backend: DbBackend) -> TableCreateStatement {
    table(backend, RunFailure::Table)
        .col(number(RunFailure::RunId))
        .col(number(RunFailure::Number))
        .col(text(backend, RunFailure::Source))
        .col(text(backend, RunFailure::Target))
        .col(text(backend, RunFailure::Cause))
        .col(ColumnDef::new(RunFailure::Retryable).boolean().not_null())
        .primary_key(Index::create().col(RunFailure::RunId).col(RunFailure::Number))
        .foreign_key(&mut of_run(RunFailure::Table, RunFailure::RunId))
        .take()
}

#[derive(DeriveIden)]
enum RunLease {
    Table,
    Mirror,
    RunId,
    Owner,
    ExpiresAt,
}

fn run_lease(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, RunLease::Table)
        .col(name(backend, RunLease::Mirror, HOST).primary_key())
        .col(number(RunLease::RunId))
        .col(name(backend, RunLease::Owner, HOST))
        .col(time(RunLease::ExpiresAt))
        .foreign_key(&mut of_run(RunLease::Table, RunLease::RunId))
        .take();
    keyed(table, backend)
}

#[derive(DeriveIden)]
enum CondemnedTag {
    Table,
    PlaceId,
    Tag,
    Digest,
    CondemnedAt,
    Reason,
}

fn condemned_tag(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, CondemnedTag::Table)
        .col(number(CondemnedTag::PlaceId))
        .col(name(backend, CondemnedTag::Tag, REPOSITORY))
        .col(digest(CondemnedTag::Digest))
        .col(time(CondemnedTag::CondemnedAt))
        .col(text(backend, CondemnedTag::Reason))
        .primary_key(Index::create().col(CondemnedTag::PlaceId).col(CondemnedTag::Tag))
        .take();
    keyed(of_place(table, backend, CondemnedTag::Table, CondemnedTag::PlaceId), backend)
}

#[derive(DeriveIden)]
enum Deletion {
    Table,
    Id,
    RunId,
    PlaceId,
    Tag,
    Digest,
    MediaType,
    Manifest,
    DeletedAt,
}

fn deletion(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, Deletion::Table)
        .col(id(Deletion::Id))
        .col(number(Deletion::RunId))
        .col(number(Deletion::PlaceId))
        .col(name_or_null(backend, Deletion::Tag, REPOSITORY))
        .col(digest(Deletion::Digest))
        .col(text(backend, Deletion::MediaType))
        .col(bytes(backend, Deletion::Manifest))
        .col(time(Deletion::DeletedAt))
        .foreign_key(&mut of_run(Deletion::Table, Deletion::RunId))
        .take();
    of_place(table, backend, Deletion::Table, Deletion::PlaceId)
}

fn deletion_by_run() -> IndexCreateStatement {
    Index::create()
        .name("deletion_by_run")
        .table(Deletion::Table)
        .col(Deletion::RunId)
        .col(Deletion::PlaceId)
        .col(Deletion::Id)
        .take()
}
