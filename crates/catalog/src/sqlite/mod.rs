//! What is peculiar to SQLite: files, connections, error codes, the clock. Nothing here knows a table.

mod begin;
mod clock;
mod connect;
mod fault;
mod files;
mod migrating;
mod open;

pub(crate) use begin::begin;
pub(crate) use clock::NOW;
#[cfg(test)]
pub(crate) use connect::{connect_with_patience, connect_writer, use_wal};
pub(crate) use fault::fault;
#[cfg(test)]
pub(crate) use files::prepare_file;
pub(crate) use open::open;
