//! Mirrors that are run at other times than the configuration says.

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{DbBackend, DbErr, DeriveIden};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::columns::{HOST, keyed, name, table, text, time};

pub(super) struct Reschedules;

impl MigrationName for Reschedules {
    fn name(&self) -> &'static str {
        "0010_reschedules"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "`async_trait` gives the trait's elided lifetime no name")]
#[async_trait]
impl MigrationTrait for Reschedules {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(mirror_schedule(manager.get_database_backend())).await
    }
}

#[derive(DeriveIden)]
enum MirrorSchedule {
    Table,
    Mirror,
    Schedule,
    SetAt,
    SetBy,
}

fn mirror_schedule(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, MirrorSchedule::Table)
        .col(name(backend, MirrorSchedule::Mirror, HOST).primary_key())
        .col(text(backend, MirrorSchedule::Schedule))
        .col(time(MirrorSchedule::SetAt))
        .col(text(backend, MirrorSchedule::SetBy))
        .take();
    keyed(table, backend)
}
