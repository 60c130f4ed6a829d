//! Images whose layers are out of the ordinary.

use super::Exhibit;
use crate::image::{Blob, Image, Layer, media};

pub(super) fn empty_blob() -> Exhibit {
    let blob = Blob::new(media::OCI_LAYER, "");
    let empty = Layer { diff_id: blob.digest.clone(), blob };
    Exhibit::new("empty-blob", Image::oci().layer(Layer::gzip(30)).layer(empty).build())
}

pub(super) fn foreign_oci() -> Exhibit {
    let image = Image::oci().layer(foreign(media::OCI_FOREIGN)).layer(Layer::gzip(31));
    Exhibit::new("foreign-oci", image.build())
}

pub(super) fn foreign_docker() -> Exhibit {
    let image = Image::docker().layer(foreign(media::DOCKER_FOREIGN)).layer(Layer::gzip(32));
    Exhibit::new("foreign-docker", image.build())
}

/// A layer that only a vendor gives out; nobody answers at that address.
fn foreign(media_type: &str) -> Layer {
    let bytes = Layer::gzip(33);
    let blob = Blob::foreign(media_type, bytes.blob.bytes(), "http://127.0.0.1:9/vendor/base-layer.tar.gz");
    Layer { blob, diff_id: bytes.diff_id }
}

pub(super) fn zstd() -> Exhibit {
    Exhibit::new("zstd", Image::oci().layer(Layer::zstd(34)).layer(Layer::zstd(35)).build())
}

pub(super) fn uncompressed() -> Exhibit {
    Exhibit::new("uncompressed", Image::oci().layer(Layer::plain(36)).layer(Layer::plain(37)).build())
}

pub(super) fn same_blob_twice() -> Exhibit {
    let image = Image::oci().layer(Layer::gzip(38)).layer(Layer::gzip(39)).layer(Layer::gzip(38));
    Exhibit::new("same-blob-twice", image.build())
}

pub(super) fn sha512() -> Exhibit {
    Exhibit::new("sha512", Image::oci().sha512_config().layer(Layer::gzip(40).sha512()).build())
}
