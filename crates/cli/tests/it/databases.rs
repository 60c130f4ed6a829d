//! The catalogue on the servers of others.

use std::time::Duration;

use portolan_catalog::{Catalog, DatabaseLocation, RunStart, ServerConnections};
use portolan_testkit::databases::{Database, Product};

use crate::mirrors::{configure, show, tags};
use crate::sandbox::Sandbox;

const APPS: &str =
    "{name: apps, source: 'oci:from', targets: ['oci:to'], prune: {mode: follow-source, grace: 0s}}";

/// A sandbox with a mirror, and its catalogue in this database.
fn with(database: &Database) -> Sandbox {
    let mut sandbox = Sandbox::new();
    show(&sandbox, "from", [("1.0", 1), ("1.1", 2)]);
    configure(&sandbox, &[APPS]);
    sandbox.set("PORTOLAN__DATABASE", &database.url());
    sandbox
}

fn copied(sandbox: &Sandbox) -> u64 {
    let report = sandbox.run("sync --output json").json();
    report.pointer("/totals/copied").unwrap().as_u64().unwrap()
}

/// A mirror is run, run again, pruned, and not run twice at once.
async fn keeps_a_mirror(product: Product) {
    let Some(database) = Database::make(product).await else { return };
    let sandbox = with(&database);
    assert_eq!(copied(&sandbox), 2);
    assert_eq!(copied(&sandbox), 0);
    show(&sandbox, "from", [("1.1", 2), ("1.2", 3)]);
    assert_eq!(copied(&sandbox), 1);
    assert_eq!(tags(&sandbox, "oci:to"), ["1.1", "1.2"]);
    assert!(!sandbox.path("data/catalog.sqlite").exists());

    let url = database.url().parse().unwrap();
    let elsewhere = DatabaseLocation::server(url, ServerConnections::default());
    let catalog = Catalog::open(&elsewhere).await.unwrap();
    let begun = catalog.runs().begin_run("apps", "another node", Duration::from_secs(600)).await.unwrap();
    let RunStart::Begun(lease) = begun else { panic!("nobody else runs it") };
    let held = sandbox.run("sync").failed(1);
    assert!(held.contains("apps is being run by another node"), "{held}");
    catalog.runs().release(&lease).await.unwrap();
    assert_eq!(copied(&sandbox), 0);
    catalog.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_with_its_catalogue_on_postgres() {
    keeps_a_mirror(Product::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_with_its_catalogue_on_mariadb() {
    keeps_a_mirror(Product::MariaDb).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away() {
    for product in [Product::Postgres, Product::MariaDb] {
        let Some(mut database) = Database::make_on_its_own_server(product).await else { continue };
        let sandbox = with(&database);
        database.own_server().unwrap().stop();
        let away = sandbox.run("sync").failed(1);
        let (_, address) = database.url().split_once('@').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        assert!(away.contains("cannot open the database") && away.contains(&address), "{away}");
        assert!(away.contains("hint: `database` in portolan.yaml says where the server is"), "{away}");
        database.own_server().unwrap().restart().await;
        assert_eq!(copied(&sandbox), 2);
    }
}
