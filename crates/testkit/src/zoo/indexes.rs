//! Indexes and manifest lists.

use super::Exhibit;
use crate::image::{Image, Layer, Tree, index_of, media};

pub(super) fn oci() -> Exhibit {
    let children = vec![
        (image("linux/amd64", 10), "linux/amd64"),
        (image("linux/arm64/v8", 11), "linux/arm64/v8"),
        (image("linux/arm/v7", 12), "linux/arm/v7"),
    ];
    Exhibit::new("oci-index", index_of(media::OCI_INDEX, children))
}

pub(super) fn docker() -> Exhibit {
    let child = |platform: &str, seed| {
        Image::docker().platform(platform).layer(Layer::gzip(9)).layer(Layer::gzip(seed)).build()
    };
    let children = vec![(child("linux/amd64", 13), "linux/amd64"), (child("linux/s390x", 14), "linux/s390x")];
    Exhibit::new("docker-list", index_of(media::DOCKER_LIST, children))
}

pub(super) fn nested() -> Exhibit {
    let inner =
        vec![(image("linux/amd64", 15), "linux/amd64"), (image("linux/arm64/v8", 16), "linux/arm64/v8")];
    let inner = index_of(media::OCI_INDEX, inner);
    let beside = (image("linux/riscv64", 17), "linux/riscv64");
    Exhibit::new("nested-index", index_of(media::OCI_INDEX, vec![(inner, ""), beside]))
}

pub(super) fn empty() -> Exhibit {
    Exhibit::new("empty-index", index_of(media::OCI_INDEX, vec![]))
}

/// An image that shares its lowest layer with the others of this file.
fn image(platform: &str, seed: u64) -> Tree {
    Image::oci().platform(platform).layer(Layer::gzip(9)).layer(Layer::gzip(seed)).build()
}
