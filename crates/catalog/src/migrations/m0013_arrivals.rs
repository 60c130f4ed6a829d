//! When images came to be at their targets, and since when they were due there.

use sea_orm::sea_query::{Index, TableCreateStatement};
use sea_orm::{DbBackend, DbErr, DeriveIden};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::columns::{HOST, REPOSITORY, digest, keyed, name, table, text, time, time_or_null};

pub(super) struct Arrivals;

impl MigrationName for Arrivals {
    fn name(&self) -> &'static str {
        "0013_arrivals"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "`async_trait` gives the trait's elided lifetime no name")]
#[async_trait]
impl MigrationTrait for Arrivals {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(arrival(manager.get_database_backend())).await
    }
}

#[derive(DeriveIden)]
enum Arrival {
    Table,
    Mirror,
    Target,
    Source,
    Digest,
    MovedAfter,
    MovedBefore,
    VisibleAt,
}

fn arrival(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, Arrival::Table)
        .col(name(backend, Arrival::Mirror, HOST))
        .col(name(backend, Arrival::Target, REPOSITORY))
        .col(text(backend, Arrival::Source))
        .col(digest(Arrival::Digest))
        .col(time_or_null(Arrival::MovedAfter))
        .col(time(Arrival::MovedBefore))
        .col(time(Arrival::VisibleAt))
        .primary_key(Index::create().col(Arrival::Mirror).col(Arrival::Target))
        .take();
    keyed(table, backend)
}
