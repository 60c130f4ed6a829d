//! The nodes that share a database, and the pieces of work that they share.

use sea_orm::sea_query::{Index, IndexCreateStatement, TableCreateStatement};
use sea_orm::{DbBackend, DbErr, DeriveIden};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::columns::{
    HOST, WORD, id, keyed, name, number, number_or_null, table, text, text_or_null, time, time_or_null,
};
use super::indexes::add_index;

pub(super) struct NodesAndTasks;

impl MigrationName for NodesAndTasks {
    fn name(&self) -> &'static str {
        "0014_nodes_and_tasks"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "`async_trait` gives the trait's elided lifetime no name")]
#[async_trait]
impl MigrationTrait for NodesAndTasks {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(node(backend)).await?;
        manager.create_table(run_task(backend)).await?;
        add_index(manager, "run_task", run_task_by_mirror()).await
    }
}

#[derive(DeriveIden)]
enum Node {
    Table,
    Id,
    Name,
    What,
    Host,
    StartedAt,
    SeenAt,
    ExpiresAt,
}

fn node(backend: DbBackend) -> TableCreateStatement {
    table(backend, Node::Table)
        .col(id(Node::Id))
        .col(name(backend, Node::Name, HOST))
        .col(text(backend, Node::What))
        .col(name(backend, Node::Host, HOST))
        .col(time(Node::StartedAt))
        .col(time(Node::SeenAt))
        .col(time(Node::ExpiresAt))
        .take()
}

#[derive(DeriveIden)]
enum RunTask {
    Table,
    RunId,
    Number,
    Mirror,
    Form,
    What,
    State,
    NodeId,
    Token,
    Takeovers,
    ExpiresAt,
    Outcome,
}

fn run_task(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, RunTask::Table)
        .col(number(RunTask::RunId))
        .col(number(RunTask::Number))
        .col(name(backend, RunTask::Mirror, HOST))
        .col(number(RunTask::Form))
        .col(text(backend, RunTask::What))
        .col(name(backend, RunTask::State, WORD))
        .col(number_or_null(RunTask::NodeId))
        .col(number(RunTask::Token))
        .col(number(RunTask::Takeovers))
        .col(time_or_null(RunTask::ExpiresAt))
        .col(text_or_null(backend, RunTask::Outcome))
        .primary_key(Index::create().col(RunTask::RunId).col(RunTask::Number))
        .take();
    keyed(table, backend)
}

fn run_task_by_mirror() -> IndexCreateStatement {
    Index::create()
        .name("run_task_by_mirror")
        .table(RunTask::Table)
        .col(RunTask::Mirror)
        .col(RunTask::RunId)
        .take()
}
