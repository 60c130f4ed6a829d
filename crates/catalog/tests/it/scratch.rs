//! A database for one test, and the tests that each kind of database has to pass.

use std::path::PathBuf;

use portolan_catalog::{Catalog, DatabaseLocation};
use sea_orm::{Database, DatabaseConnection};
use tempfile::TempDir;

/// Makes a test for each kind of database of each `async fn name(scratch: &Scratch)`: `name::sqlite`.
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
        }
    };
}
pub(crate) use on_each_database;

/// A database that ends with the test.
pub(crate) struct Scratch {
    folder: TempDir,
}

impl Scratch {
    /// A file in a folder of its own; neither is made yet.
    pub(crate) fn sqlite() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// The SQLite file.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("data/portolan.db")
    }

    /// Makes it impossible to lock anything beside the database. To be called before it is opened.
    pub(crate) fn without_locks(&self) {
        std::fs::create_dir(self.path().parent().unwrap()).unwrap();
        std::fs::write(self.path().with_extension("db-locks"), "no folder").unwrap();
    }

    pub(crate) fn location(&self) -> DatabaseLocation {
        DatabaseLocation::SqliteFile(self.path())
    }

    pub(crate) async fn open(&self) -> Catalog {
        Catalog::open(&self.location()).await.unwrap()
    }

    /// A connection past the catalogue.
    pub(crate) async fn raw(&self) -> DatabaseConnection {
        Database::connect(format!("sqlite:{}", self.path().display())).await.unwrap()
    }
}
