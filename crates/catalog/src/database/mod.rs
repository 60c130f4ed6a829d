//! What the kinds of databases have in common, and the choice between them: opening, transactions, clocks,
//! faults, locks. What is peculiar to one kind is in the folder of its name; nothing here knows a table, but for
//! that of the named locks.

mod begin;
mod clock;
mod connections;
mod excluded;
mod fault;
mod hold;
mod lock;
mod patience;
mod readers;
#[cfg(test)]
mod tests;

pub(crate) use begin::begin;
pub(crate) use clock::now;
pub(crate) use connections::{Connections, Writing, open};
pub(crate) use excluded::excluded;
pub(crate) use fault::{Fault, cause, fault};
pub(crate) use hold::hold;
pub(crate) use lock::{Holder, Lock, Locks};
pub(crate) use patience::{ACQUIRE_PATIENCE, LIFETIME, Patience, pause};
pub(crate) use readers::Readers;

use sea_orm::{ConnectionTrait, DbBackend};

/// Whether the database lets one writer in at a time, who then is alone. Then operations are written in groups;
/// otherwise side by side.
pub(crate) fn is_serial(database: &impl ConnectionTrait) -> bool {
    database.get_database_backend() == DbBackend::Sqlite
}

/// Whether a column that compares by bytes tells this name from all others. MySQL does not see spaces at the end.
pub(crate) fn tells_apart(database: &impl ConnectionTrait, name: &str) -> bool {
    database.get_database_backend() != DbBackend::MySql || !name.ends_with(' ')
}
