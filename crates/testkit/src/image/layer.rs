//! Layers that a container engine can unpack.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Blob, Generated, media, tar};
use crate::digest;

/// A layer: the blob, and the digest of the archive inside it for the config.
#[derive(Debug, Clone)]
pub struct Layer {
    /// The blob, with an OCI media type.
    pub blob: Blob,
    /// The digest of the uncompressed archive.
    pub diff_id: String,
}

impl Layer {
    /// A small layer of three text files that compresses well, gzip.
    pub fn gzip(seed: u64) -> Self {
        let tar = text_archive(seed);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&tar).expect("writing to memory");
        Self::of(media::OCI_LAYER_GZIP, encoder.finish().expect("writing to memory"), &tar)
    }

    /// The same, compressed with zstd.
    pub fn zstd(seed: u64) -> Self {
        let tar = text_archive(seed);
        Self::of(media::OCI_LAYER_ZSTD, zstd::encode_all(tar.as_slice(), 3).expect("writing to memory"), &tar)
    }

    /// The same, not compressed.
    pub fn plain(seed: u64) -> Self {
        let tar = text_archive(seed);
        Self::of(media::OCI_LAYER, tar.clone(), &tar)
    }

    /// A gzip layer of about `bytes` that cannot be compressed further and is made while it is read.
    pub fn random(seed: u64, bytes: u64) -> Self {
        let generated = Generated::layer(seed, bytes);
        let diff_id = generated.diff_id();
        Self { blob: Blob::generated(media::OCI_LAYER_GZIP, generated), diff_id }
    }

    /// The same layer under another media type.
    pub fn typed(mut self, media_type: &str) -> Self {
        media_type.clone_into(&mut self.blob.media_type);
        self
    }

    /// The same layer addressed by SHA-512.
    pub fn sha512(mut self) -> Self {
        self.blob = Blob::sha512(&self.blob.media_type, self.blob.bytes());
        self
    }

    fn of(media_type: &str, bytes: Vec<u8>, tar: &[u8]) -> Self {
        Self { blob: Blob::new(media_type, bytes), diff_id: digest::sha256(tar) }
    }
}

fn text_archive(seed: u64) -> Vec<u8> {
    let file = |nth: usize| {
        let line = format!("file {nth} of layer {seed}\n");
        (format!("etc/portolan/{seed:x}-{nth}.txt"), line.repeat(20 * (nth + 1)).into_bytes())
    };
    tar::archive(&[file(0), file(1), file(2)])
}
