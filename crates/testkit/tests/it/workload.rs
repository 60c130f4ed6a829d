//! Generated work has the size and shape that it says.

use std::io::Read as _;

use flate2::read::GzDecoder;
use portolan_testkit::digest;
use portolan_testkit::image::Generated;
use portolan_testkit::registry::Registry;
use portolan_testkit::workload::{self, Shared};

#[test]
fn generated_layers_are_gzip_and_tar_and_what_they_claim() {
    for size in [0, 1, 512, 65_535, 1 << 20, 3_333_333] {
        let layer = Generated::layer(7, size);
        let bytes: Vec<u8> = layer.pieces().flatten().collect();
        assert_eq!((bytes.len() as u64, digest::sha256(&bytes)), (layer.len(), layer.digest()));
        let mut tar = Vec::new();
        GzDecoder::new(bytes.as_slice()).read_to_end(&mut tar).unwrap();
        assert_eq!(digest::sha256(&tar), layer.diff_id());
        assert_eq!(tar.len() as u64, size.next_multiple_of(512) + 3 * 512);
    }
    assert_ne!(Generated::layer(7, 512).digest(), Generated::layer(8, 512).digest());
}

#[tokio::test]
async fn shared_layers_are_shared_and_own_ones_are_not() {
    let work = Shared { images: 4, shared_layers: 2, shared_bytes: 5_000, own_layers: 1, own_bytes: 3_000 };
    let images = work.exhibits(1);
    let layers = |nth: usize| {
        let blobs = images[nth].1.root.blobs.iter().skip(1);
        blobs.map(|blob| blob.digest.clone()).collect::<Vec<_>>()
    };
    assert_eq!(layers(0)[..2], layers(3)[..2]);
    assert_ne!(layers(0)[2], layers(3)[2]);
    let Some(registry) = Registry::start().await else { return };
    let client = registry.client();
    for (repository, image) in &images {
        client.push(repository, image).await;
        assert!(client.check_image(repository, "v1").await.is_ok());
    }
    assert_eq!(images[3].0, "app/03");
}

#[tokio::test]
async fn large_images_have_their_size() {
    let size = |exhibit: &portolan_testkit::zoo::Exhibit| -> u64 {
        exhibit.root.blobs.iter().skip(1).map(|blob| blob.size).sum()
    };
    let twelve = workload::twelve_layers(1, 6_000_000);
    assert_eq!(twelve.root.blobs.len(), 13);
    assert!((6_000_000..6_100_000).contains(&size(&twelve)));
    let huge = workload::huge_layer(1, 20_000_000);
    assert!((20_000_000..20_100_000).contains(&size(&huge)));
    let Some(registry) = Registry::start().await else { return };
    registry.client().push("huge", &huge).await;
    assert_eq!(registry.client().check_image("huge", "v1").await, Ok(3));
}
