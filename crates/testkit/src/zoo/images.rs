//! Plain images of one platform.

use super::Exhibit;
use crate::image::{Image, Layer};

pub(super) fn oci() -> Exhibit {
    let image = Image::oci().layer(Layer::gzip(1)).layer(Layer::random(2, 20_000));
    let mut exhibit = Exhibit::new("oci-image", image.annotation("org.example.kind", "plain").build());
    exhibit.tags.push("oci-image-again".to_owned());
    exhibit
}

pub(super) fn docker() -> Exhibit {
    let image = Image::docker().layer(Layer::gzip(3)).layer(Layer::random(4, 20_000));
    Exhibit::new("docker-image", image.build())
}
