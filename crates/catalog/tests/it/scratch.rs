//! A database for one test, and the tests that each kind of database has to pass.

use std::path::PathBuf;

use portolan_catalog::{Catalog, DatabaseLocation, ServerConnections};
use portolan_testkit::databases::{self, Product};
use sea_orm::{Database, DatabaseConnection};
use tempfile::TempDir;

/// Makes a test for each kind of database of each `async fn name(scratch: &Scratch)`: `name::sqlite`,
/// `name::postgres` and `name::mysql`.
///
/// With `threads = 4;` in front the tests run on that many threads; without, on one.
macro_rules! on_each_database {
    (threads = $threads:literal; $($name:ident),+ $(,)?) => {
        $($crate::scratch::on_each_database!(@ $name, flavor = "multi_thread", worker_threads = $threads);)+
    };
    ($($name:ident),+ $(,)?) => {
        $($crate::scratch::on_each_database!(@ $name, flavor = "current_thread");)+
    };
    (@ $name:ident, $($flavor:tt)+) => {
        mod $name {
            #[tokio::test($($flavor)+)]
            async fn sqlite() {
                super::$name(&$crate::Scratch::sqlite()).await;
            }

            #[tokio::test($($flavor)+)]
            async fn postgres() {
                let Some(scratch) = $crate::Scratch::postgres().await else { return };
                super::$name(&scratch).await;
            }

            #[tokio::test($($flavor)+)]
            async fn mysql() {
                let Some(scratch) = $crate::Scratch::mysql().await else { return };
                super::$name(&scratch).await;
            }
        }
    };
}
pub(crate) use on_each_database;

/// A database that ends with the test.
pub(crate) enum Scratch {
    /// A file in this folder; neither file nor folder of it is made yet.
    Sqlite(TempDir),
    /// A database without tables.
    Server(Box<databases::Database>),
}

impl Scratch {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    /// None where PostgreSQL is not installed.
    pub(crate) async fn postgres() -> Option<Self> {
        Some(Self::Server(Box::new(databases::Database::make(Product::Postgres).await?)))
    }

    /// None where MariaDB is not installed.
    pub(crate) async fn mysql() -> Option<Self> {
        Some(Self::Server(Box::new(databases::Database::make(Product::MariaDb).await?)))
    }

    /// The SQLite file.
    pub(crate) fn path(&self) -> PathBuf {
        match self {
            Self::Sqlite(folder) => folder.path().join("data/portolan.db"),
            Self::Server(_) => panic!("a server's database has no path"),
        }
    }

    /// What [`located`] reads.
    pub(crate) fn location_text(&self) -> String {
        match self {
            Self::Sqlite(_) => self.path().to_str().unwrap().to_owned(),
            Self::Server(database) => database.url(),
        }
    }

    pub(crate) fn location(&self) -> DatabaseLocation {
        located(&self.location_text())
    }

    /// Makes it impossible to lock anything beside the database. To be called before it is opened.
    pub(crate) fn without_locks(&self) {
        if let Self::Sqlite(_) = self {
            std::fs::create_dir(self.path().parent().unwrap()).unwrap();
            std::fs::write(self.path().with_extension("db-locks"), "no folder").unwrap();
        }
    }

    pub(crate) async fn open(&self) -> Catalog {
        Catalog::open(&self.location()).await.unwrap()
    }

    /// A connection past the catalogue.
    pub(crate) async fn raw(&self) -> DatabaseConnection {
        let url = match self {
            Self::Sqlite(_) => format!("sqlite:{}", self.path().display()),
            Self::Server(database) => database.url(),
        };
        Database::connect(url).await.unwrap()
    }
}

/// The database of this path or URL.
pub(crate) fn located(text: &str) -> DatabaseLocation {
    if text.contains("://") {
        DatabaseLocation::server(text.parse().unwrap(), ServerConnections::default())
    } else {
        DatabaseLocation::SqliteFile(text.into())
    }
}
