//! With an SQLite file there is one process.

use portolan_catalog::{Catalog, DatabaseLocation};

use crate::mirrors::{configure, show};
use crate::sandbox::Sandbox;

#[tokio::test]
async fn with_an_sqlite_file_nobody_is_a_node() {
    let sandbox = Sandbox::new();
    show(&sandbox, "from", [("1.0", 1), ("1.1", 2)]);
    configure(&sandbox, &["{name: apps, source: 'oci:from', targets: ['oci:to']}"]);
    sandbox.run("sync").succeeded();
    assert_eq!(sandbox.run("nodes list").succeeded(), "");
    let said = sandbox.run("nodes work").failed(1);
    assert!(said.contains("an SQLite file is one process's: there is nobody to work for"), "{said}");
    let location = DatabaseLocation::SqliteFile(sandbox.path("data/catalog.sqlite"));
    let catalog = Catalog::open(&location).await.unwrap();
    assert_eq!(catalog.nodes().list().await.unwrap(), []);
    catalog.close().await.unwrap();
}
