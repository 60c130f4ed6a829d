//! Mirrors that are paused.

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{DbBackend, DbErr, DeriveIden};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::columns::{HOST, keyed, name, table, text, time};

pub(super) struct Pauses;

impl MigrationName for Pauses {
    fn name(&self) -> &'static str {
        "0009_pauses"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "`async_trait` gives the trait's elided lifetime no name")]
#[async_trait]
impl MigrationTrait for Pauses {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(mirror_pause(manager.get_database_backend())).await
    }
}

#[derive(DeriveIden)]
enum MirrorPause {
    Table,
    Mirror,
    PausedAt,
    PausedBy,
}

fn mirror_pause(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, MirrorPause::Table)
        .col(name(backend, MirrorPause::Mirror, HOST).primary_key())
        .col(time(MirrorPause::PausedAt))
        .col(text(backend, MirrorPause::PausedBy))
        .take();
    keyed(table, backend)
}
