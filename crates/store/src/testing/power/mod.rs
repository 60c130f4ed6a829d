//! A disk backend on a machine whose power can be cut: what was not flushed is gone then.

mod files;
mod machine;
mod memory;

pub use machine::UnreliablePower;
pub use memory::Losing;
