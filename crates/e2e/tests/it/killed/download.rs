use http::Method;
use portolan_catalog::{Place, SavedUpload};
use portolan_testkit::image::Blob;
use portolan_testkit::proxy::{Proxy, Record};
use tempfile::TempDir;

use super::points::points;
use super::work::{self, CHUNK};
use super::worker::Worker;
use crate::desk::{Desk, Manners};
use crate::judge;

/// The reads of a blob.
fn reads<'a>(records: &'a [Record], blob: &Blob) -> Vec<&'a Record> {
    let of_blob = |record: &&Record| record.method == Method::GET && record.path.ends_with(&blob.digest);
    records.iter().filter(of_blob).collect()
}

async fn saved(dir: &TempDir, layout: &str, blob: &Blob) -> Option<SavedUpload> {
    let desk = Desk::at(dir.path(), Manners::default()).await;
    desk.journal().upload(&Place::new("oci", layout), &blob.digest.parse().unwrap()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_downloads_go_on_at_their_offset_and_finished_blobs_are_not_read_again() {
    let image = work::image();
    let Some(registry) = work::registry(&image).await else { return };
    let proxy = Proxy::before(&registry).await;
    let mut continued = 0;
    for point in points(work::bytes_of(&image)) {
        let dir = TempDir::new().unwrap();
        let layout = dir.path().join("layout");
        let (from, to) = (proxy.reference("r", "v1"), format!("oci:{}:v1", layout.display()));
        proxy.clear();
        let passed = || proxy.records().iter().map(|record| record.response_bytes).sum();
        Worker::start(dir.path(), &from, &to).kill_at(point, passed).await;
        let stored = |blob: &&Blob| layout.join("blobs").join(blob.digest.replace(':', "/")).exists();
        let (finished, open): (Vec<_>, Vec<_>) = image.root.blobs.iter().partition(stored);
        let mut offsets = Vec::new();
        for blob in open {
            let offset =
                saved(&dir, &layout.display().to_string(), blob).await.map_or(0, |saved| saved.offset);
            offsets.push((blob, offset));
        }

        proxy.clear();
        Worker::start(dir.path(), &from, &to).finish().await;
        let records = proxy.records();
        for blob in finished {
            assert_eq!(reads(&records, blob).len(), 0, "{} is read again", blob.digest);
        }
        for (blob, offset) in offsets {
            let [read] = reads(&records, blob)[..] else { panic!("{} is not read once", blob.digest) };
            assert_eq!(read.response_bytes, blob.size - offset);
            if offset > 0 {
                assert!(offset.is_multiple_of(CHUNK));
                assert_eq!(read.range, Some(format!("bytes={offset}-")));
                continued += 1;
            }
        }
        judge::in_layout(&layout, &image);
    }
    assert!(continued > 0, "no kill hit a download that could go on");
}
