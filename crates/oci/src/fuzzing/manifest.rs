//! Manifests, as a registry or a client sends them.

use std::mem::discriminant;

use bytes::Bytes;

use crate::{Descriptor, Digest, Manifest, MediaType, RawManifest};

/// What a descriptor cannot be written shorter than: a field with a digest of 64 digits.
const SHORTEST_DESCRIPTOR: usize = 80;

/// However it was served, an accepted manifest keeps its bytes, has one reading, and names no more than its bytes can hold.
pub fn manifest(data: &[u8]) {
    let bytes = Bytes::copy_from_slice(data);
    let served = [None].into_iter().chain(MediaType::MANIFESTS.iter().map(Some));
    let accepted: Vec<_> =
        served.filter_map(|outside| RawManifest::new(bytes.clone(), outside).ok()).collect();
    for manifest in &accepted {
        check(manifest, data);
    }
    // Two readings of one document are how a signature is made to cover something else (CVE-2021-41190).
    let readings: Vec<_> = accepted.iter().map(|manifest| discriminant(manifest.parsed())).collect();
    assert!(readings.windows(2).all(|pair| pair.first() == pair.last()), "an image and an index at once");
}

fn check(manifest: &RawManifest, data: &[u8]) {
    assert_eq!(manifest.bytes(), data);
    assert_eq!(*manifest.digest(), Digest::sha256(data));
    assert_eq!(manifest.size(), data.len() as u64);
    assert!(manifest.media_type().is_manifest());

    let again =
        RawManifest::with_digest(manifest.bytes().clone(), Some(manifest.media_type()), *manifest.digest());
    assert_eq!(again.ok().as_ref(), Some(manifest), "it cannot be fetched as what it is");
    let other = Digest::sha512(b"something else");
    assert!(RawManifest::with_digest(manifest.bytes().clone(), None, other).is_err());

    let parsed = manifest.parsed();
    assert!(matches!(parsed, Manifest::Index(_)) || parsed.children().is_empty());
    let named: Vec<_> = parsed.children().iter().chain(parsed.blobs()).chain(parsed.subject()).collect();
    assert!(named.len() * SHORTEST_DESCRIPTOR <= data.len());
    named.into_iter().for_each(reads_back);
    reads_back(&manifest.referrer_descriptor());
}

/// Lists of referrers and layouts are written with descriptors that came from strangers.
fn reads_back(descriptor: &Descriptor) {
    assert!(i64::try_from(descriptor.size).is_ok());
    let written = serde_json::to_vec(descriptor).unwrap_or_default();
    assert_eq!(serde_json::from_slice(&written).ok().as_ref(), Some(descriptor));
}
