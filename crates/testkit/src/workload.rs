//! Images of a size, for measuring and for breaking off in the middle.
//!
//! Their bytes are made while they are read; nothing here holds a layer in memory.

use crate::image::{Image, Layer, index_of, media};
use crate::zoo::Exhibit;

/// Many images that have layers in common.
#[derive(Debug, Clone, Copy)]
pub struct Shared {
    /// How many images, each in a repository of its own.
    pub images: u64,
    /// How many layers all of them share.
    pub shared_layers: u64,
    /// The length of each shared layer.
    pub shared_bytes: u64,
    /// How many layers each image has for itself.
    pub own_layers: u64,
    /// The length of each of those.
    pub own_bytes: u64,
}

impl Shared {
    /// Forty images over four layers of 4 MiB, with two of 2 MiB each for themselves.
    pub const FORTY: Self =
        Self { images: 40, shared_layers: 4, shared_bytes: 4 << 20, own_layers: 2, own_bytes: 2 << 20 };

    /// The images with their repositories (`app/00`, `app/01`, …), each with the tag `v1`.
    pub fn exhibits(&self, seed: u64) -> Vec<(String, Exhibit)> {
        let base = |nth| Layer::random(seed.wrapping_add(nth), self.shared_bytes);
        let base: Vec<Layer> = (0..self.shared_layers).map(base).collect();
        (0..self.images).map(|nth| (format!("app/{nth:02}"), self.image(seed, nth, &base))).collect()
    }

    fn image(&self, seed: u64, nth: u64, base: &[Layer]) -> Exhibit {
        let own = (0..self.own_layers)
            .map(|layer| seed.wrapping_add(1_000 + nth * self.own_layers + layer))
            .map(|seed| Layer::random(seed, self.own_bytes));
        let layers = base.iter().cloned().chain(own);
        tagged("shared-layers", layers.fold(Image::oci(), Image::layer))
    }
}

/// An image of one layer of about `bytes`.
pub fn huge_layer(seed: u64, bytes: u64) -> Exhibit {
    tagged("huge-layer", Image::oci().layer(Layer::random(seed, bytes)))
}

/// An image of twelve equal layers of about `total` bytes together.
pub fn twelve_layers(seed: u64, total: u64) -> Exhibit {
    let layers = (0..12).map(|nth| Layer::random(seed.wrapping_add(nth), total / 12));
    tagged("twelve-layers", layers.fold(Image::oci(), Image::layer))
}

/// A small image whose bytes depend on `seed`: one config and one layer of 3 KB.
pub fn tiny(seed: u64) -> Exhibit {
    tagged("tiny", Image::oci().layer(Layer::random(seed, 3_000)))
}

/// Images `v0`, `v1`, … of two platforms each. Each platform has a layer that all of its images share, and
/// every image a layer of its own.
pub fn two_platforms(count: u64) -> Vec<Exhibit> {
    const PLATFORMS: [&str; 2] = ["linux/amd64", "linux/arm64"];
    let images = (0..count).map(|nth| {
        let parts = (0..).zip(PLATFORMS).map(|(part, platform)| {
            let own = Layer::random(1_000 + 2 * nth + part, 20_000);
            (Image::oci().platform(platform).layer(Layer::random(part, 200_000)).layer(own).build(), platform)
        });
        let mut exhibit = Exhibit::new("two-platforms", index_of(media::OCI_INDEX, parts.collect()));
        exhibit.tags = vec![format!("v{nth}")];
        exhibit
    });
    images.collect()
}

fn tagged(name: &'static str, image: Image) -> Exhibit {
    let mut exhibit = Exhibit::new(name, image.build());
    exhibit.tags = vec!["v1".to_owned()];
    exhibit
}
