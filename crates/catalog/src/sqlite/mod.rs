//! What is peculiar to SQLite: files, connections, error codes. Nothing here knows a table.

mod begin;
mod connect;
mod fault;
mod files;

pub(crate) use begin::begin;
#[cfg(test)]
pub(crate) use connect::connect_with_patience;
pub(crate) use connect::{connect_writer, readers, use_wal};
pub(crate) use fault::{Fault, fault};
pub(crate) use files::prepare_file;
