//! Registries that others stand in for.

use std::path::PathBuf;

use http::Method;
use portolan_testkit::proxy::{Action, Answer, Proxy, Rule};
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo;
use portolan_transport::{
    HostEnvironment, Hosts, HostsOptions, Places, PlacesOptions, ReferrersVia, RegistryRepository,
    Source as _,
};

use super::support::{Blob, impatient, push, read, repository, tag};

struct Mirrored {
    origin: Proxy,
    mirror: Proxy,
    repository: RegistryRepository,
    registries: [Registry; 2],
    _folder: tempfile::TempDir,
}

async fn mirrored() -> Option<Mirrored> {
    let registries = [Registry::start().await?, Registry::start().await?];
    let (origin, mirror) = (Proxy::before(&registries[0]).await, Proxy::before(&registries[1]).await);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("registries.conf");
    let text = format!(
        "[[registry]]\nlocation = \"{}\"\n[[registry.mirror]]\nlocation = \"{}/cache\"\n",
        origin.host(),
        mirror.host()
    );
    std::fs::write(&file, text).unwrap();
    let repository = repository(&places(file), origin.host(), "r");
    Some(Mirrored { origin, mirror, repository, registries, _folder: folder })
}

fn places(registries_conf: PathBuf) -> Places {
    let environment =
        HostEnvironment { registries_conf: vec![registries_conf], ..HostEnvironment::default() };
    let hosts = Hosts::new(HostsOptions { settings: Vec::new(), environment }).unwrap();
    Places::new(PlacesOptions { client: impatient(), ..PlacesOptions::new(hosts) })
}

#[tokio::test]
async fn what_stands_in_for_a_registry_as_a_whole_is_asked_for_its_lists_too() {
    let Some(registry) = Registry::start().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("registries.conf");
    let text = format!("[[registry]]\nprefix = \"away.example\"\nlocation = \"{}/in\"\n", registry.host());
    std::fs::write(&file, text).unwrap();
    let image = zoo::one("oci-image");
    registry.client().push("in/r", &image).await;
    let repository = repository(&places(file), "away.example", "r");
    assert!(repository.tags().await.unwrap().contains(&image.tags[0].parse().unwrap()));
    let referrers = repository.referrers(&image.root.digest.parse().unwrap(), None).await.unwrap();
    assert!(referrers.descriptors.is_empty());
    assert!(matches!(referrers.via, ReferrersVia::Nothing));
}

#[tokio::test]
async fn what_a_mirror_has_is_read_there() {
    let Some(m) = mirrored().await else { return };
    let image = zoo::one("oci-image");
    m.registries[1].client().push("cache/r", &image).await;
    let manifest = m.repository.manifest(&tag("oci-image")).await.unwrap();
    assert_eq!(manifest.bytes(), &image.root.bytes);
    assert_eq!(m.origin.records().len(), 0);
}

#[tokio::test]
async fn what_a_mirror_lacks_is_read_from_the_registry_and_nothing_is_written_to_mirrors() {
    let Some(m) = mirrored().await else { return };
    let blob = Blob::of_length(300_000);
    push(&m.repository, &blob).await;
    assert_eq!(m.mirror.records().len(), 0);
    assert_eq!(read(&m.repository, &blob.descriptor).await.unwrap(), blob.bytes);
    assert_eq!(m.mirror.count(|record| record.method == Method::GET), 1);
}

#[tokio::test]
async fn a_mirror_that_is_out_of_order_is_left_out_for_a_while() {
    let Some(m) = mirrored().await else { return };
    m.registries[0].client().push("r", &zoo::one("oci-image")).await;
    m.mirror.fault(Rule::new(|_| true, Action::Answer(Answer::status(502))).always());
    for _ in 0..3 {
        m.repository.resolve(&tag("oci-image")).await.unwrap();
    }
    assert_eq!(m.mirror.records().len(), 2);
}

#[tokio::test]
async fn a_blob_that_breaks_off_at_a_mirror_is_read_on_at_the_registry() {
    let Some(m) = mirrored().await else { return };
    let blob = Blob::of_length(300_000);
    push(&m.repository, &blob).await;
    let places = super::support::places(Vec::new());
    push(&repository(&places, m.registries[1].host(), "cache/r"), &blob).await;
    m.mirror.fault(Rule::new(|_| true, Action::CutResponseAfter(100_000)));
    m.mirror.fault(Rule::new(|_| true, Action::Answer(Answer::error(404, "BLOB_UNKNOWN"))).after(1));
    assert_eq!(read(&m.repository, &blob.descriptor).await.unwrap(), blob.bytes);
    let rest: u64 = m.origin.records().iter().map(|record| record.response_bytes).sum();
    assert_eq!(rest, 200_000);
}
