//! What is peculiar to MySQL and MariaDB: connections, error numbers, the clock, how tables are changed. Nothing
//! here knows a table.

mod clock;
mod connect;
mod fault;
mod migrating;
mod open;
mod product;

pub(crate) use clock::NOW;
pub(crate) use fault::fault;
pub(crate) use open::open;
