//! SQLite's result codes (<https://www.sqlite.org/rescode.html>).

use sea_orm::{DbErr, RuntimeErr, sqlx};

/// The failures that a caller can do something about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Another connection has the lock.
    Busy,
    /// Disk or quota are full.
    Full,
    /// The file is damaged or is no database.
    Damaged,
}

/// Sorts an error by its primary result code; `None` for all that need no telling apart.
pub(crate) fn fault(error: &DbErr) -> Option<Fault> {
    let (DbErr::Conn(RuntimeErr::SqlxError(inner))
    | DbErr::Exec(RuntimeErr::SqlxError(inner))
    | DbErr::Query(RuntimeErr::SqlxError(inner))) = error
    else {
        return None;
    };
    let sqlx::Error::Database(inner) = inner.as_ref() else { return None };
    let extended: u32 = inner.code()?.parse().ok()?;
    match extended & 0xff {
        5 | 6 => Some(Fault::Busy),
        11 | 26 => Some(Fault::Damaged),
        13 => Some(Fault::Full),
        _ => None,
    }
}
