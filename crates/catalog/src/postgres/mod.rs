//! What is peculiar to PostgreSQL: connections, error codes, the clock, how tables are changed. Nothing here knows
//! a table.

mod clock;
mod connect;
mod fault;
mod migrating;
mod open;

pub(crate) use clock::NOW;
pub(crate) use fault::fault;
pub(crate) use open::open;
