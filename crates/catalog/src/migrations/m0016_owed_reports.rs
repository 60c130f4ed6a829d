//! Senders of webhooks that want to hear what became of their images.

use sea_orm::sea_query::{Index, IndexCreateStatement, TableCreateStatement};
use sea_orm::{DbBackend, DbErr, DeriveIden};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::columns::{HOST, REPOSITORY, WORD, id, name, table, text, text_or_null, time, time_or_null};
use super::indexes::add_index;

pub(super) struct OwedReports;

impl MigrationName for OwedReports {
    fn name(&self) -> &'static str {
        "0016_owed_reports"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "`async_trait` gives the trait's elided lifetime no name")]
#[async_trait]
impl MigrationTrait for OwedReports {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(owed_report(manager.get_database_backend())).await?;
        add_index(manager, "owed_report", owed_report_by_mirror()).await
    }
}

#[derive(DeriveIden)]
enum OwedReport {
    Table,
    Id,
    Mirror,
    Image,
    Url,
    ToldAt,
    Became,
    Cause,
    TriedAt,
}

fn owed_report(backend: DbBackend) -> TableCreateStatement {
    table(backend, OwedReport::Table)
        .col(id(OwedReport::Id))
        .col(name(backend, OwedReport::Mirror, HOST))
        .col(name(backend, OwedReport::Image, REPOSITORY))
        .col(text(backend, OwedReport::Url))
        .col(time(OwedReport::ToldAt))
        .col(name(backend, OwedReport::Became, WORD))
        .col(text_or_null(backend, OwedReport::Cause))
        .col(time_or_null(OwedReport::TriedAt))
        .take()
}

fn owed_report_by_mirror() -> IndexCreateStatement {
    Index::create()
        .name("owed_report_by_mirror")
        .table(OwedReport::Table)
        .col(OwedReport::Became)
        .col(OwedReport::Mirror)
        .take()
}
