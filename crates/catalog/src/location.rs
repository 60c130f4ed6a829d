//! Where the database is.

use std::fmt;
use std::path::PathBuf;

use crate::server::{Product, Server, ServerConnections, ServerUrl};

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DatabaseLocation {
    /// An SQLite file. It is made, with its folder, if it is not there.
    SqliteFile(PathBuf),
    /// A database of a PostgreSQL server. The database must be there; its tables are made.
    Postgres(Server),
    /// A database of a MySQL or MariaDB server, likewise.
    Mysql(Server),
}

impl DatabaseLocation {
    /// The database of a server, of the kind that the URL says.
    pub fn server(url: ServerUrl, connections: ServerConnections) -> Self {
        let product = url.product();
        let server = Server::new(url, connections);
        match product {
            Product::Postgres => Self::Postgres(server),
            Product::Mysql => Self::Mysql(server),
        }
    }
}

impl fmt::Display for DatabaseLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SqliteFile(path) => write!(f, "{}", path.display()),
            Self::Postgres(server) | Self::Mysql(server) => server.url().fmt(f),
        }
    }
}
