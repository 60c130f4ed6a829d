use http::Method;
use portolan_sync::ImageOutcome;
use portolan_testkit::proxy::{Action, Answer, Proxy, Rule};
use portolan_testkit::registry::Registry;
use portolan_testkit::workload;

use crate::desk::{Desk, only};

/// Takes everything out of a registry that believes it is there.
async fn empty(registry: &mut Registry) {
    registry.stop();
    std::fs::remove_dir_all(registry.storage().join("docker")).unwrap();
    registry.restart().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_run_brought_and_somebody_deleted_is_brought_again() {
    if portolan_testkit::registry::is_ours() {
        return;
    }
    let (Some(from), Some(mut to)) = (Registry::start().await, Registry::start().await) else { return };
    from.client().push("r", &workload::tiny(1)).await;
    let desk = Desk::new().await;
    only(&desk.copy(&from.reference("r", "v1"), &[&to.reference("r", "v1")]).await);
    empty(&mut to).await;
    let report = desk.copy(&from.reference("r", "v1"), &[&to.reference("r", "v1")]).await;
    assert_eq!(only(&report).tally.blobs_uploaded, 2);
    to.client().check_image("r", "v1").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_vanishes_in_the_middle_of_a_run_is_brought_once_more() {
    if portolan_testkit::registry::is_ours() {
        return;
    }
    let (Some(from), Some(mut to)) = (Registry::start().await, Registry::start().await) else { return };
    from.client().push("r", &workload::tiny(1)).await;
    let proxy = Proxy::before(&to).await;
    let desk = Desk::new().await;
    let engine = desk.engine(desk.options());
    let first = desk.request(&from.reference("r", "v1"), &[&proxy.reference("r", "v1")]).await;
    only(&engine.copy(&first).await);
    empty(&mut to).await;
    proxy.clear();
    let again = desk.request(&from.reference("r", "v1"), &[&proxy.reference("r", "v2")]).await;
    let report = engine.copy(&again).await;
    assert!(matches!(only(&report).outcome, ImageOutcome::Copied));
    to.client().check_image("r", "v2").await.unwrap();
    let puts = proxy.count(|record| record.method == Method::PUT && record.path.contains("/manifests/"));
    assert_eq!(puts, 2, "refused for its unknown blobs, then taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_claims_to_have_a_blob_is_not_believed_twice() {
    let (Some(from), Some(to)) = (Registry::start().await, Registry::start().await) else { return };
    let (image, other) = (workload::tiny(1), workload::tiny(2));
    from.client().push("r", &image).await;
    // The repository has content, so the target is asked for each blob.
    to.client().push_tree("r", &other.root, &["other".to_owned()]).await.unwrap();
    let proxy = Proxy::before(&to).await;
    let layer = &image.root.blobs[1];
    let (path, size) = (format!("/v2/r/blobs/{}", layer.digest), layer.size.to_string());
    let lie = Answer::status(200).header("content-length", &size);
    proxy.fault(Rule::new(
        move |asked| asked.method == Method::HEAD && asked.path == path,
        Action::Answer(lie),
    ));
    let desk = Desk::new().await;
    only(&desk.copy(&from.reference("r", "v1"), &[&proxy.reference("r", "v1")]).await);
    to.client().check_image("r", "v1").await.unwrap();
}
