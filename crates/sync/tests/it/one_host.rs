//! Several targets in one registry: the bytes go there once.

use http::StatusCode;
use portolan_testkit::proxy::Proxy;
use portolan_testkit::registry::Registry;
use portolan_testkit::workload;

use crate::desk::{Desk, succeeded};

/// Copies one image from one registry to `names` in another; gives the bytes of blobs sent beyond the image's
/// own, the mounts that were granted, and how often a blob was read.
async fn copied_to(names: [(&str, &str); 2]) -> Option<(u64, usize, Vec<usize>)> {
    let (from, to) = (Registry::start().await?, Registry::start().await?);
    let image = workload::twelve_layers(7, 1 << 20);
    from.client().push("r", &image).await;
    let (source, target) = (Proxy::before(&from).await, Proxy::before(&to).await);
    let desk = Desk::new().await;
    let targets = names.map(|(repository, tag)| target.reference(repository, tag));
    let report = desk.copy(&source.reference("r", "v1"), &targets.each_ref().map(String::as_str)).await;

    report.targets.iter().for_each(|target| _ = succeeded(target));
    for (repository, tag) in names {
        assert_eq!(to.client().manifest(repository, tag).await.bytes, image.root.bytes);
        to.client().check_image(repository, tag).await.unwrap();
    }
    let blobs = target.records().into_iter().filter(|record| record.path.contains("/blobs/"));
    let sent: u64 = blobs.map(|record| record.request_bytes).sum();
    let own: u64 = image.root.blobs.iter().map(|blob| blob.size).sum();
    let mounts = target
        .count(|record| record.query.starts_with("mount=") && record.status == Some(StatusCode::CREATED));
    let read = |digest: &String| source.count(|record| record.path.ends_with(digest.as_str()));
    Some((sent - own, mounts, image.root.blobs.iter().map(|blob| read(&blob.digest)).collect()))
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tags_of_one_repository_cost_the_bytes_of_one() {
    let Some((beyond, mounts, reads)) = copied_to([("app", "1.0"), ("app", "latest")]).await else { return };
    assert_eq!(beyond, 0, "no byte is sent twice");
    assert_eq!(mounts, 0, "what is there needs no mount");
    assert!(reads.iter().all(|times| *times == 1), "{reads:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_repository_of_a_registry_mounts_from_the_first() {
    let Some((beyond, mounts, reads)) = copied_to([("one", "v1"), ("two", "v1")]).await else { return };
    assert_eq!(beyond, 0, "no byte is sent twice");
    assert_eq!(mounts, reads.len(), "each blob is mounted once");
    assert!(reads.iter().all(|times| *times == 1), "{reads:?}");
}
