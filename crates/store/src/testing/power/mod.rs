//! A disk backend on a machine whose power can be cut: what was not flushed is gone then. A database may lie on the
//! same machine.

mod database;
mod files;
mod machine;
mod memory;

pub use database::Keeping;
pub use machine::UnreliablePower;
pub use memory::Losing;
