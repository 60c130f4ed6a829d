//! The catalogue through its public face, on real SQLite files.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod belongings;
mod blobs;
mod brought;
mod children;
mod condemned;
mod groups;
mod hosts;
mod manifests;
mod opening;
mod realms;
mod runs;
mod seen;
mod trees;
mod uploads;

use std::path::PathBuf;

use portolan_catalog::{Catalog, DatabaseLocation, Place};
use portolan_oci::Digest;
use tempfile::TempDir;

/// A database file in a folder of its own that ends with the test.
struct Scratch {
    folder: TempDir,
}

impl Scratch {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("data/portolan.db")
    }

    fn location(&self) -> DatabaseLocation {
        DatabaseLocation::SqliteFile(self.path())
    }

    async fn open(&self) -> Catalog {
        Catalog::open(&self.location()).await.unwrap()
    }
}

fn digest(number: usize) -> Digest {
    Digest::sha256(number.to_string().as_bytes())
}

fn debian() -> Place {
    Place::new("registry.example.com", "base/debian")
}
