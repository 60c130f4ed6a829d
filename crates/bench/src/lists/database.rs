//! The kinds of database that a catalogue can be in.

use std::fmt;

use portolan_testkit::databases::{self, Product};
use serde::Serialize;

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Database {
    /// A file in the data folder.
    Sqlite,
    /// A server.
    Postgres,
    /// A server that speaks as MySQL does.
    MariaDb,
}

/// An empty one; it goes when this is dropped.
#[derive(Debug)]
pub(super) struct Empty {
    /// `None` where the daemon makes a file.
    server: Option<databases::Database>,
}

impl Database {
    pub(crate) const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::MariaDb];

    /// Makes an empty one on a server of its own; `None` where there is no such server on this machine.
    pub(super) async fn make(self) -> Option<Empty> {
        let product = match self {
            Self::Sqlite => return Some(Empty { server: None }),
            Self::Postgres => Product::Postgres,
            Self::MariaDb => Product::MariaDb,
        };
        Some(Empty { server: Some(databases::Database::make_on_its_own_server(product).await?) })
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::MariaDb => "MariaDB",
        })
    }
}

impl Empty {
    /// What a configuration names it by; `None` where it need not be named.
    pub(super) fn url(&self) -> Option<String> {
        self.server.as_ref().map(databases::Database::url)
    }

    /// The version of its server.
    pub(super) fn version(&mut self) -> Option<String> {
        let version = self.server.as_mut()?.own_server()?.version();
        // MariaDB says there what it is, too.
        version.split('-').next().map(str::to_owned)
    }
}
