//! The failures that a caller can do something about.

use std::sync::Arc;

use sea_orm::sqlx::mysql::MySqlDatabaseError;
use sea_orm::sqlx::postgres::PgDatabaseError;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, sqlx};

use crate::error::Cause;
use crate::{mysql, postgres, sqlite};

/// The failures that a caller can do something about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Others are in the way: tried again, it may succeed.
    Busy,
    /// The database does not answer, or the connection to it broke.
    Gone,
    /// Disk or quota are full.
    Full,
    /// What is stored is damaged or is no database.
    Damaged,
}

/// Sorts an error; `None` for all that need no telling apart.
pub(crate) fn fault(error: &DbErr) -> Option<Fault> {
    match error {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => Some(Fault::Gone),
        DbErr::Conn(RuntimeErr::SqlxError(inner))
        | DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner)) => of_library(inner),
        _ => None,
    }
}

fn of_library(error: &sqlx::Error) -> Option<Fault> {
    let said = match error {
        sqlx::Error::Database(said) => said,
        sqlx::Error::Io(_) => return Some(Fault::Gone),
        _ => return None,
    };
    if let Some(said) = said.try_downcast_ref::<PgDatabaseError>() {
        return postgres::fault(said.code());
    }
    if let Some(said) = said.try_downcast_ref::<MySqlDatabaseError>() {
        return mysql::fault(said.number());
    }
    sqlite::fault(said.code()?.parse().ok()?)
}

/// The innermost error that says something: the library's wrappers print their cause as well.
pub(crate) fn cause(error: DbErr) -> Cause {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(inner))
        | DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner)) => inner,
        other => Arc::new(other),
    }
}
