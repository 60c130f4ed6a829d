use http::Method;
use portolan_sync::{ImageOutcome, Tally};
use portolan_testkit::proxy::Proxy;
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo;

use crate::desk::{Desk, only};

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_what_is_there_reads_no_blob_and_writes_nothing() {
    let (Some(from), Some(to)) = (Registry::start().await, Registry::start().await) else { return };
    let (source, target) = (Proxy::before(&from).await, Proxy::before(&to).await);
    let desk = Desk::new().await;
    for name in ["oci-index", "referrers", "cosign-tags"] {
        from.client().push("r", &zoo::one(name)).await;
        let (at, to) = (source.reference("r", name), target.reference("r", name));
        assert!(matches!(only(&desk.copy(&at, &[&to]).await).outcome, ImageOutcome::Copied));
        source.clear();
        target.clear();
        let report = desk.copy(&at, &[&to]).await;
        assert!(matches!(only(&report).outcome, ImageOutcome::Unchanged), "{report:?}");
        assert_eq!(only(&report).tally, Tally::default());
        assert_eq!(source.count(|record| record.path.contains("/blobs/")), 0, "{name}");
        let wrote = |method: &Method| *method != Method::GET && *method != Method::HEAD;
        assert_eq!(target.count(|record| wrote(&record.method)), 0, "{name}");
        assert_eq!(target.count(|record| record.path.contains("/blobs/")), 0, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_image_brings_only_what_is_new() {
    let (Some(from), Some(to)) = (Registry::start().await, Registry::start().await) else { return };
    let source = Proxy::before(&from).await;
    let desk = Desk::new().await;
    // They share one layer.
    let (first, second) = (zoo::one("oci-index"), zoo::one("nested-index"));
    for exhibit in [&first, &second] {
        from.client().push("r", exhibit).await;
        only(&desk.copy(&source.reference("r", exhibit.name), &[&to.reference("r", exhibit.name)]).await);
    }
    let shared = &first.root.children[0].blobs[1].digest;
    assert!(second.manifests().iter().any(|tree| tree.blobs.iter().any(|blob| blob.digest == *shared)));
    assert_eq!(source.count(|record| record.path.ends_with(shared.as_str())), 1);
    to.client().check_image("r", "nested-index").await.unwrap();
}
