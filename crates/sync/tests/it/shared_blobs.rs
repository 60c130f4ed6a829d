use futures::StreamExt as _;
use http::{Method, StatusCode};
use portolan_sync::ImageOutcome;
use portolan_testkit::proxy::Proxy;
use portolan_testkit::registry::Registry;
use portolan_testkit::workload::Shared;

use crate::desk::Desk;

const FORTY: Shared =
    Shared { images: 40, shared_layers: 1, shared_bytes: 1 << 20, own_layers: 1, own_bytes: 4096 };

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_of_forty_images_crosses_once_and_is_mounted_thirty_nine_times() {
    let (Some(from), Some(to)) = (Registry::start().await, Registry::start().await) else { return };
    let images = FORTY.exhibits(1);
    let client = from.client();
    for (repository, image) in &images {
        client.push(repository, image).await;
    }
    let (source, target) = (Proxy::before(&from).await, Proxy::before(&to).await);
    let desk = Desk::new().await;
    let engine = desk.engine(desk.options());
    let copies = futures::stream::iter(&images).map(|(repository, _)| async {
        let request =
            desk.request(&source.reference(repository, "v1"), &[&target.reference(repository, "v1")]).await;
        engine.copy(&request).await
    });
    let reports: Vec<_> = copies.buffer_unordered(8).collect().await;
    assert!(reports.iter().all(|report| matches!(report.targets[0].outcome, ImageOutcome::Copied)));

    let shared = &images[0].1.root.blobs[1].digest;
    let crossed = source.count(|record| record.method == Method::GET && record.path.ends_with(shared));
    assert_eq!(crossed, 1, "the shared blob is read once");
    let mounted = target.count(|record| {
        record.query.starts_with(&format!("mount={shared}&from=app"))
            && record.status == Some(StatusCode::CREATED)
    });
    assert_eq!(mounted, 39);
    let bytes: u64 =
        images.iter().map(|(_, image)| image.root.blobs[0].size + image.root.blobs[2].size).sum();
    let sent: u64 = target
        .records()
        .iter()
        .filter(|record| record.path.contains("/blobs/"))
        .map(|record| record.request_bytes)
        .sum();
    assert_eq!(sent, bytes + images[0].1.root.blobs[1].size, "each byte is sent once");
    let tallies = reports.iter().map(|report| report.targets[0].tally);
    assert_eq!(tallies.map(|tally| tally.blobs_mounted).sum::<u64>(), 39);
    for (repository, _) in &images {
        to.client().check_image(repository, "v1").await.unwrap();
    }
}
