//! Who may do what: users with their grants and tokens, and what was changed of them.

use sea_orm::sea_query::{Index, TableCreateStatement};
use sea_orm::{DbBackend, DbErr, DeriveIden};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::columns::{
    HOST, WORD, digest, id, keyed, name, number, table, text, text_or_null, time, time_or_null,
};
use super::indexes::add_index;

pub(super) struct Access;

impl MigrationName for Access {
    fn name(&self) -> &'static str {
        "0008_access"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "`async_trait` gives the trait's elided lifetime no name")]
#[async_trait]
impl MigrationTrait for Access {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        for table in [user(backend), grant(backend), token(backend), token_grant(backend), audit(backend)] {
            manager.create_table(table).await?;
        }
        let by_name = Index::create()
            .name("access_user_by_name")
            .table(AccessUser::Table)
            .col(AccessUser::Name)
            .unique()
            .take();
        add_index(manager, "access_user", by_name).await?;
        let of_user = Index::create()
            .name("access_token_of_user")
            .table(AccessToken::Table)
            .col(AccessToken::UserId)
            .take();
        add_index(manager, "access_token", of_user).await?;
        let by_time = Index::create()
            .name("access_audit_by_time")
            .table(AccessAudit::Table)
            .col(AccessAudit::At)
            .take();
        add_index(manager, "access_audit", by_time).await
    }
}

#[derive(DeriveIden)]
enum AccessUser {
    Table,
    Id,
    Name,
    Password,
    Role,
    Version,
    CreatedAt,
    DisabledAt,
}

fn user(backend: DbBackend) -> TableCreateStatement {
    table(backend, AccessUser::Table)
        .col(id(AccessUser::Id))
        .col(name(backend, AccessUser::Name, HOST))
        .col(text_or_null(backend, AccessUser::Password))
        .col(name(backend, AccessUser::Role, WORD))
        .col(number(AccessUser::Version))
        .col(time(AccessUser::CreatedAt))
        .col(time_or_null(AccessUser::DisabledAt))
        .take()
}

#[derive(DeriveIden)]
enum AccessGrant {
    Table,
    UserId,
    Pattern,
    Actions,
}

fn grant(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, AccessGrant::Table)
        .col(number(AccessGrant::UserId))
        .col(name(backend, AccessGrant::Pattern, HOST))
        .col(name(backend, AccessGrant::Actions, WORD))
        .primary_key(Index::create().col(AccessGrant::UserId).col(AccessGrant::Pattern))
        .take();
    keyed(table, backend)
}

#[derive(DeriveIden)]
enum AccessToken {
    Table,
    Name,
    UserId,
    Secret,
    Note,
    CreatedAt,
    ExpiresAt,
    RevokedAt,
    UsedAt,
}

fn token(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, AccessToken::Table)
        .col(name(backend, AccessToken::Name, WORD).primary_key())
        .col(number(AccessToken::UserId))
        .col(digest(AccessToken::Secret))
        .col(name(backend, AccessToken::Note, HOST))
        .col(time(AccessToken::CreatedAt))
        .col(time_or_null(AccessToken::ExpiresAt))
        .col(time_or_null(AccessToken::RevokedAt))
        .col(time_or_null(AccessToken::UsedAt))
        .take();
    keyed(table, backend)
}

#[derive(DeriveIden)]
enum AccessTokenGrant {
    Table,
    Token,
    Pattern,
    Actions,
}

fn token_grant(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, AccessTokenGrant::Table)
        .col(name(backend, AccessTokenGrant::Token, WORD))
        .col(name(backend, AccessTokenGrant::Pattern, HOST))
        .col(name(backend, AccessTokenGrant::Actions, WORD))
        .primary_key(Index::create().col(AccessTokenGrant::Token).col(AccessTokenGrant::Pattern))
        .take();
    keyed(table, backend)
}

#[derive(DeriveIden)]
enum AccessAudit {
    Table,
    Id,
    At,
    Actor,
    Action,
    Object,
    Detail,
}

fn audit(backend: DbBackend) -> TableCreateStatement {
    table(backend, AccessAudit::Table)
        .col(id(AccessAudit::Id))
        .col(time(AccessAudit::At))
        .col(name(backend, AccessAudit::Actor, HOST))
        .col(name(backend, AccessAudit::Action, WORD))
        .col(name(backend, AccessAudit::Object, HOST))
        .col(text(backend, AccessAudit::Detail))
        .take()
}
