//! Requests that are answered once, however often they are sent.

use sea_orm::sea_query::{Index, IndexCreateStatement, TableCreateStatement};
use sea_orm::{DbBackend, DbErr, DeriveIden};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::columns::{bytes_or_null, digest, keyed, number, table, time};
use super::indexes::add_index;

pub(super) struct Answered;

impl MigrationName for Answered {
    fn name(&self) -> &'static str {
        "0015_answered"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "`async_trait` gives the trait's elided lifetime no name")]
#[async_trait]
impl MigrationTrait for Answered {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(answered_request(manager.get_database_backend())).await?;
        add_index(manager, "answered_request", answered_request_by_time()).await
    }
}

#[derive(DeriveIden)]
enum AnsweredRequest {
    Table,
    Id,
    Request,
    Attempt,
    BegunAt,
    Answer,
}

fn answered_request(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, AnsweredRequest::Table)
        .col(digest(AnsweredRequest::Id).primary_key())
        .col(digest(AnsweredRequest::Request))
        .col(number(AnsweredRequest::Attempt))
        .col(time(AnsweredRequest::BegunAt))
        .col(bytes_or_null(backend, AnsweredRequest::Answer))
        .take();
    keyed(table, backend)
}

fn answered_request_by_time() -> IndexCreateStatement {
    Index::create()
        .name("answered_request_by_time")
        .table(AnsweredRequest::Table)
        .col(AnsweredRequest::BegunAt)
        .take()
}
