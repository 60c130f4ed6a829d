use futures::StreamExt as _;
use http::{Method, StatusCode};
use portolan_sync::ImageOutcome;
use portolan_testkit::image::{Image, Layer};
use portolan_testkit::proxy::{Action, Asked, Proxy, Record, Rule};
use portolan_testkit::registry::Registry;
use portolan_testkit::workload::Shared;
use portolan_testkit::zoo::Exhibit;

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

/// Copies an image, and then twelve others at once to another repository, all of which have its layer; gives
/// what the target was asked about that layer by the twelve.
async fn twelve_after_one(mounts: Mounts) -> Option<Vec<Record>> {
    let (from, to) = (Registry::start().await?, Registry::start().await?);
    let shared = Layer::random(1, 300_000);
    for nth in 0..13 {
        let image = Image::oci().layer(shared.clone()).layer(Layer::gzip(100 + nth)).build();
        let tagged = Exhibit { tags: vec![format!("v{nth}")], ..Exhibit::new("shared", image) };
        from.client().push("app", &tagged).await;
    }
    let target = Proxy::before(&to).await;
    if mounts == Mounts::Refused {
        target.fault(Rule::new(Asked::begins_upload, Action::DropQuery).always());
    }
    let desk = Desk::new().await;
    let engine = desk.engine(desk.options());
    let copy = async |nth: usize, repository: &str| {
        let (tag, engine) = (format!("v{nth}"), &engine);
        let request =
            desk.request(&from.reference("app", &tag), &[&target.reference(repository, &tag)]).await;
        assert!(engine.copy(&request).await.is_complete());
        to.client().check_image(repository, &tag).await.unwrap();
    };
    copy(0, "one").await;
    target.clear();
    futures::future::join_all((1..13).map(|nth| copy(nth, "twelve"))).await;
    let digest = shared.blob.digest.replace(':', "%3A");
    let mut records = target.records();
    records.retain(|record| record.query.contains(&shared.blob.digest) || record.query.contains(&digest));
    Some(records)
}

#[derive(PartialEq, Eq)]
enum Mounts {
    Granted,
    Refused,
}

fn count(records: &[Record], method: &Method) -> usize {
    records.iter().filter(|record| record.method == *method).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn images_that_come_at_once_ask_for_one_mount() {
    let Some(asked) = twelve_after_one(Mounts::Granted).await else { return };
    assert_eq!((count(&asked, &Method::POST), count(&asked, &Method::PUT)), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn images_that_come_at_once_send_a_blob_once_that_is_not_mounted() {
    let Some(asked) = twelve_after_one(Mounts::Refused).await else { return };
    assert_eq!(count(&asked, &Method::PUT), 1, "{asked:#?}");
}
