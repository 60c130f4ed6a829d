//! The changes of what the store holds, and who has read how far.

use sea_orm::sea_query::{Expr, Index, OnConflict, Query, TableCreateStatement};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, DeriveIden};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::columns::{
    HOST, TAG, WORD, digest_or_null, id, keyed, name, name_or_null, number, table, time, time_or_null,
};
use super::indexes::add_index;

pub(super) struct Changes;

impl MigrationName for Changes {
    fn name(&self) -> &'static str {
        "0007_changes"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "`async_trait` gives the trait's elided lifetime no name")]
#[async_trait]
impl MigrationTrait for Changes {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        for table in [pending(backend), log(backend), sequencer(backend), cursor(backend)] {
            manager.create_table(table).await?;
        }
        let by_time =
            Index::create().name("change_log_by_time").table(ChangeLog::Table).col(ChangeLog::At).take();
        add_index(manager, "change_log", by_time).await?;
        first_number(manager).await
    }
}

/// A change that has no number yet, or, in the log, one that has.
#[derive(DeriveIden)]
enum ChangeLog {
    Table,
    Seq,
    Id,
    At,
    Kind,
    RepositoryId,
    Tag,
    Digest,
    Previous,
    Revision,
    Cause,
    Actor,
    Node,
}

#[derive(DeriveIden)]
enum ChangePending {
    Table,
}

fn change(mut table: TableCreateStatement, backend: DbBackend) -> TableCreateStatement {
    table
        .col(time(ChangeLog::At))
        .col(number(ChangeLog::Kind))
        .col(number(ChangeLog::RepositoryId))
        .col(name_or_null(backend, ChangeLog::Tag, TAG))
        .col(digest_or_null(ChangeLog::Digest))
        .col(digest_or_null(ChangeLog::Previous))
        .col(number(ChangeLog::Revision))
        .col(name(backend, ChangeLog::Cause, WORD))
        .col(name(backend, ChangeLog::Actor, HOST))
        .col(name(backend, ChangeLog::Node, WORD))
        .take()
}

fn pending(backend: DbBackend) -> TableCreateStatement {
    change(table(backend, ChangePending::Table).col(id(ChangeLog::Id)).take(), backend)
}

fn log(backend: DbBackend) -> TableCreateStatement {
    let numbered = table(backend, ChangeLog::Table).col(number(ChangeLog::Seq).primary_key()).take();
    keyed(change(numbered, backend), backend)
}

#[derive(DeriveIden)]
enum ChangeSequencer {
    Table,
    One,
    Next,
    Token,
    Owner,
    ExpiresAt,
}

fn sequencer(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, ChangeSequencer::Table)
        .col(name(backend, ChangeSequencer::One, WORD).primary_key())
        .col(number(ChangeSequencer::Next))
        .col(number(ChangeSequencer::Token))
        .col(name_or_null(backend, ChangeSequencer::Owner, HOST))
        .col(time_or_null(ChangeSequencer::ExpiresAt))
        .take();
    keyed(table, backend)
}

/// The one row that there is.
async fn first_number(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = [ChangeSequencer::One, ChangeSequencer::Next, ChangeSequencer::Token];
    let there = OnConflict::column(ChangeSequencer::One).do_nothing_on([ChangeSequencer::One]).to_owned();
    let row = Query::insert()
        .into_table(ChangeSequencer::Table)
        .columns(columns)
        .values_panic([Expr::val("sequencer"), Expr::val(1_i64), Expr::val(0_i64)])
        .on_conflict(there)
        .to_owned();
    manager.get_connection().execute(&row).await.map(drop)
}

#[derive(DeriveIden)]
enum ChangeCursor {
    Table,
    Consumer,
    Seq,
    Token,
    Owner,
    ExpiresAt,
    MovedAt,
}

fn cursor(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, ChangeCursor::Table)
        .col(name(backend, ChangeCursor::Consumer, WORD).primary_key())
        .col(number(ChangeCursor::Seq))
        .col(number(ChangeCursor::Token))
        .col(name_or_null(backend, ChangeCursor::Owner, HOST))
        .col(time_or_null(ChangeCursor::ExpiresAt))
        .col(time(ChangeCursor::MovedAt))
        .take();
    keyed(table, backend)
}
