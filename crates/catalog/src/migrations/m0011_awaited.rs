//! Images of which somebody has said that they are new at their source, and the runs that see to no others.

use sea_orm::sea_query::{Index, TableCreateStatement};
use sea_orm::{DbBackend, DbErr, DeriveIden};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::columns::{HOST, REPOSITORY, keyed, name, number, table, text, time};

pub(super) struct Awaited;

impl MigrationName for Awaited {
    fn name(&self) -> &'static str {
        "0011_awaited"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "`async_trait` gives the trait's elided lifetime no name")]
#[async_trait]
impl MigrationTrait for Awaited {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(awaited_image(backend)).await?;
        manager.create_table(part_run(backend)).await
    }
}

#[derive(DeriveIden)]
enum PartRun {
    Table,
    RunId,
}

fn part_run(backend: DbBackend) -> TableCreateStatement {
    let key = number(PartRun::RunId).primary_key().take();
    keyed(table(backend, PartRun::Table).col(key).take(), backend)
}

#[derive(DeriveIden)]
enum AwaitedImage {
    Table,
    Mirror,
    Image,
    ToldAt,
    ToldBy,
}

fn awaited_image(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, AwaitedImage::Table)
        .col(name(backend, AwaitedImage::Mirror, HOST))
        .col(name(backend, AwaitedImage::Image, REPOSITORY))
        .col(time(AwaitedImage::ToldAt))
        .col(text(backend, AwaitedImage::ToldBy))
        .primary_key(Index::create().col(AwaitedImage::Mirror).col(AwaitedImage::Image))
        .take();
    keyed(table, backend)
}
