//! Database servers, as hostile as users' are: other collations, other time zones, and nothing flushed to the disk.
//!
//! A test gets a [`Database`] of its own, on the server that the environment names, or else on one of its own.

mod database;
mod files;
mod mariadb;
mod postgres;
mod running;

pub use database::Database;
pub use running::Running;

/// A product of which there are servers to test against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// PostgreSQL, its databases with an ICU locale.
    Postgres,
    /// MariaDB, its databases with a collation that knows no case.
    MariaDb,
}

impl Product {
    /// The variable of the environment that may name a server, by a URL without a database and with a user who may
    /// do everything.
    pub fn variable(self) -> &'static str {
        match self {
            Self::Postgres => "PORTOLAN_TEST_POSTGRES",
            Self::MariaDb => "PORTOLAN_TEST_MYSQL",
        }
    }
}
