//! What is peculiar to SQLite: files, connections, locks, error codes, the clock. Nothing here knows a table.

mod begin;
mod clock;
mod connect;
mod fault;
mod files;
mod lock;

pub(crate) use begin::begin;
pub(crate) use clock::now;
#[cfg(test)]
pub(crate) use connect::connect_with_patience;
pub(crate) use connect::{connect_writer, readers, use_wal};
pub(crate) use fault::{Fault, fault};
pub(crate) use files::prepare_file;
pub(crate) use lock::{Holder, Lock, Locks};
