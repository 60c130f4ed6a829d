//! What runs of mirrors remember: hosts and belongings in the journal, runs, condemned tags and deletions.

use sea_orm::sea_query::{
    ColumnDef, ForeignKey, ForeignKeyCreateStatement, Index, IndexCreateStatement, Table,
    TableCreateStatement,
};
use sea_orm::{DbBackend, DbErr, DeriveIden, sea_query::IntoIden};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::columns::{HOST, REPOSITORY, WORD, digest, name, number, time};
use super::m0001_journal::{keyed, of_place};

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
        let of_runs = [run(), run_failure(), run_lease(backend)];
        let of_prune = [condemned_tag(backend), deletion()];
        for table in of_journal.into_iter().chain(of_runs).chain(of_prune) {
            manager.create_table(table).await?;
        }
        for index in [run_by_mirror(), deletion_by_run()] {
            manager.create_index(index).await?;
        }
        Ok(())
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
    let table = Table::create()
        .table(JournalHost::Table)
        .if_not_exists()
        .col(name(JournalHost::Host, HOST))
        .col(name(JournalHost::Fact, WORD))
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
    let table = Table::create()
        .table(JournalBelongings::Table)
        .if_not_exists()
        .col(number(JournalBelongings::PlaceId))
        .col(digest(JournalBelongings::Digest))
        .col(digest(JournalBelongings::Fingerprint))
        .col(time(JournalBelongings::CheckedAt))
        .primary_key(Index::create().col(JournalBelongings::PlaceId).col(JournalBelongings::Digest))
        .foreign_key(&mut of_place(JournalBelongings::Table, JournalBelongings::PlaceId))
        .take();
    keyed(table, backend)
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

fn run() -> TableCreateStatement {
    Table::create()
        .table(Run::Table)
        .if_not_exists()
        .col(ColumnDef::new(Run::Id).big_integer().not_null().auto_increment().primary_key())
        .col(name(Run::Mirror, HOST))
        .col(time(Run::StartedAt))
        .col(ColumnDef::new(Run::EndedAt).big_integer().null())
        .col(ColumnDef::new(Run::Outcome).string_len(WORD).null())
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

fn run_failure() -> TableCreateStatement {
    Table::create()
        .table(RunFailure::Table)
        .if_not_exists()
        .col(number(RunFailure::RunId))
        .col(number(RunFailure::Number))
        .col(ColumnDef::new(RunFailure::Source).text().not_null())
        .col(ColumnDef::new(RunFailure::Target).text().not_null())
        .col(ColumnDef::new(RunFailure::Cause).text().not_null())
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
    let table = Table::create()
        .table(RunLease::Table)
        .if_not_exists()
        .col(name(RunLease::Mirror, HOST).primary_key())
        .col(number(RunLease::RunId))
        .col(name(RunLease::Owner, HOST))
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
    let table = Table::create()
        .table(CondemnedTag::Table)
        .if_not_exists()
        .col(number(CondemnedTag::PlaceId))
        .col(name(CondemnedTag::Tag, REPOSITORY))
        .col(digest(CondemnedTag::Digest))
        .col(time(CondemnedTag::CondemnedAt))
        .col(ColumnDef::new(CondemnedTag::Reason).text().not_null())
        .primary_key(Index::create().col(CondemnedTag::PlaceId).col(CondemnedTag::Tag))
        .foreign_key(&mut of_place(CondemnedTag::Table, CondemnedTag::PlaceId))
        .take();
    keyed(table, backend)
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

fn deletion() -> TableCreateStatement {
    Table::create()
        .table(Deletion::Table)
        .if_not_exists()
        .col(ColumnDef::new(Deletion::Id).big_integer().not_null().auto_increment().primary_key())
        .col(number(Deletion::RunId))
        .col(number(Deletion::PlaceId))
        .col(ColumnDef::new(Deletion::Tag).string_len(REPOSITORY).null())
        .col(digest(Deletion::Digest))
        .col(ColumnDef::new(Deletion::MediaType).text().not_null())
        .col(ColumnDef::new(Deletion::Manifest).blob().not_null())
        .col(time(Deletion::DeletedAt))
        .foreign_key(&mut of_run(Deletion::Table, Deletion::RunId))
        .foreign_key(&mut of_place(Deletion::Table, Deletion::PlaceId))
        .take()
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
