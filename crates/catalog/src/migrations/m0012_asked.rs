//! What is asked of the daemon: mirrors that no file has, runs that are to begin or to end.

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{DbBackend, DbErr, DeriveIden};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::columns::{HOST, keyed, name, number, table, text, time};

pub(super) struct Asked;

impl MigrationName for Asked {
    fn name(&self) -> &'static str {
        "0012_asked"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "`async_trait` gives the trait's elided lifetime no name")]
#[async_trait]
impl MigrationTrait for Asked {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(stored_mirror(backend)).await?;
        manager.create_table(asked_run(backend)).await?;
        manager.create_table(cancelled_run(backend)).await
    }
}

#[derive(DeriveIden)]
enum StoredMirror {
    Table,
    Name,
    Settings,
    Revision,
    ChangedAt,
    ChangedBy,
}

fn stored_mirror(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, StoredMirror::Table)
        .col(name(backend, StoredMirror::Name, HOST).primary_key())
        .col(text(backend, StoredMirror::Settings))
        .col(number(StoredMirror::Revision))
        .col(time(StoredMirror::ChangedAt))
        .col(name(backend, StoredMirror::ChangedBy, HOST))
        .take();
    keyed(table, backend)
}

#[derive(DeriveIden)]
enum AskedRun {
    Table,
    Mirror,
    AskedAt,
    AskedBy,
}

fn asked_run(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, AskedRun::Table)
        .col(name(backend, AskedRun::Mirror, HOST).primary_key())
        .col(time(AskedRun::AskedAt))
        .col(name(backend, AskedRun::AskedBy, HOST))
        .take();
    keyed(table, backend)
}

#[derive(DeriveIden)]
enum CancelledRun {
    Table,
    RunId,
    CancelledAt,
    CancelledBy,
}

fn cancelled_run(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, CancelledRun::Table)
        .col(number(CancelledRun::RunId).primary_key())
        .col(time(CancelledRun::CancelledAt))
        .col(name(backend, CancelledRun::CancelledBy, HOST))
        .take();
    keyed(table, backend)
}
