//! What skopeo and podman make of what was copied: exactly what `readable.md` says.

use std::fmt::Write as _;

use portolan_testkit::reader::{Outcome, Podman, Skopeo};
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo::{self, Verdict};
use tempfile::TempDir;

use crate::desk::{Desk, only};

const HEAD: &str = "\
# What other programs read of what Portolan copied

Each kind is copied by Portolan from an OCI layout into a docker-registry 2.8.2 and into another OCI layout.
`skopeo copy --all` (1.9.3) reads it from both into a `dir:`, `podman pull` (4.3) reads it from the registry.
A test holds the programs to this table, in both directions: what it says can be read is read, and what it says
cannot be read fails with these words.

| kind | skopeo, registry | skopeo, layout | podman, registry |
| --- | --- | --- | --- |
";

/// What the table says of an outcome: `expected` is where the words for a failure come from.
fn cell(expected: Verdict, outcome: &Outcome) -> String {
    match expected {
        _ if outcome.is_ok() => "yes".to_owned(),
        Verdict::No(words) if outcome.stderr.contains(words) => format!("no: {words}"),
        _ => format!("no, in other words: {}", outcome.stderr.trim()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn skopeo_and_podman_read_what_the_table_says() {
    let (Some(registry), Some(skopeo), Some(podman)) =
        (Registry::start().await, Skopeo::find(), Podman::find())
    else {
        return;
    };
    let desk = Desk::new().await;
    let (from, to) = (desk.path("from"), desk.path("to"));
    zoo::write_layout(&from, &zoo::all());
    let mut table = HEAD.to_owned();
    for exhibit in zoo::all() {
        let (name, expected) = (exhibit.name, exhibit.readable());
        let at = format!("oci:{}:{name}", from.display());
        let layout = format!("oci:{}:{name}", to.display());
        only(&desk.copy(&at, &registry.reference(name, name)).await);
        only(&desk.copy(&at, &layout).await);
        let read = async |at: &str| {
            let dir = TempDir::new().unwrap();
            let outcome = skopeo.copy(at, &format!("dir:{}", dir.path().display()), &["--all"]).await;
            if outcome.is_ok() {
                let manifest = std::fs::read(dir.path().join("manifest.json")).unwrap();
                assert!(manifest == exhibit.root.bytes, "{at}: skopeo read another manifest");
            }
            outcome
        };
        let by_registry = read(&format!("docker://{}", registry.reference(name, name))).await;
        let by_layout = read(&layout).await;
        let pulled = podman.pull(&registry.reference(name, name)).await;
        writeln!(
            table,
            "| {name} | {} | {} | {} |",
            cell(expected.skopeo_registry, &by_registry),
            cell(expected.skopeo_layout, &by_layout),
            cell(expected.podman, &pulled)
        )
        .unwrap();
    }
    assert_eq!(table, include_str!("readable.md"), "the table should be:\n{table}");
}
