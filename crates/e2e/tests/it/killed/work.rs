//! The image that is copied, and a registry that has it.

use portolan_testkit::image::{Image, Layer};
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo::Exhibit;

/// What a chunk has, and thereby where an upload or a download can be taken up.
pub(crate) const CHUNK: u64 = 16 << 20;

/// 500 MB: two layers of 160 MiB, and forty of 4 MiB between and around them.
pub(crate) fn image() -> Exhibit {
    let layers = (0..42).map(|nth| match nth {
        5 | 25 => Layer::random(nth, 160 << 20),
        _ => Layer::random(nth, 4 << 20),
    });
    let mut exhibit = Exhibit::new("v1", layers.fold(Image::oci(), Image::layer).build());
    exhibit.tags = vec!["v1".to_owned()];
    exhibit
}

/// All bytes of its blobs.
pub(crate) fn bytes_of(exhibit: &Exhibit) -> u64 {
    exhibit.root.blobs.iter().map(|blob| blob.size).sum()
}

/// A registry that has the image in the repository `r`; `None` where it is not installed.
pub(crate) async fn registry(exhibit: &Exhibit) -> Option<Registry> {
    let registry = Registry::start().await?;
    registry.client().push("r", exhibit).await;
    Some(registry)
}
