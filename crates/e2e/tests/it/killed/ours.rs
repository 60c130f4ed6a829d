use portolan_testkit::image::{Image, Layer};
use portolan_testkit::proxy::Proxy;
use portolan_testkit::zoo::{self, Exhibit};
use tempfile::TempDir;

use super::work::{self, CHUNK};
use super::worker::Worker;
use crate::ours::Ours;

/// An image with a layer that goes up in five chunks.
fn image() -> Exhibit {
    let mut exhibit = Exhibit::new("v1", Image::oci().layer(Layer::random(1, 5 * CHUNK)).build());
    exhibit.tags = vec!["v1".to_owned()];
    exhibit
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_inside_a_chunk_costs_at_most_that_chunk_at_our_registry() {
    let (ours, image, dir) = (Ours::start().await, image(), TempDir::new().unwrap());
    zoo::write_layout(&dir.path().join("layout"), std::slice::from_ref(&image));
    let from = format!("oci:{}:v1", dir.path().join("layout").display());
    let proxy = Proxy::start(&ours.url()).await;
    let to = proxy.reference("r", "v1");
    let passed = || proxy.records().iter().map(|record| record.request_bytes).sum::<u64>();
    // In the middle of the third.
    Worker::start(dir.path(), &from, &to).kill_at(5 * CHUNK / 2, passed).await;
    assert_eq!(ours.client().tags("r").await, Vec::<String>::new(), "what is not whole has no tag");
    let before = passed();
    proxy.clear();
    Worker::start(dir.path(), &from, &to).finish().await;
    let (all, again) = (work::bytes_of(&image), passed());
    let manifest = image.root.bytes.len() as u64 * 2;
    assert!(before + again <= all + manifest + CHUNK, "{before} and {again} of {all} bytes were sent");
    ours.client().check_image("r", "v1").await.unwrap();
    ours.assert_sound().await;
}
