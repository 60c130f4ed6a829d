//! All content that there is.

use std::sync::LazyLock;

use bytes::Bytes;
use portolan_oci::{Algorithm, Digest, RawManifest, RepositoryName};
use serde_json::{Value, json};

pub(super) const REPOSITORIES: [&str; 2] = ["team/app", "team/other"];

/// All blobs that there are, by each digest that they get.
pub(super) static BLOBS: LazyLock<Vec<(Digest, Bytes)>> = LazyLock::new(|| {
    let blobs = (0..10).map(blob).chain([LONG.clone()]).map(|blob| (Digest::sha256(&blob), blob));
    blobs.chain([(Digest::of(Algorithm::Sha512, &blob(8)), blob(8))]).collect()
});

/// One that is so long that an upload of it is written down while it comes, twice.
pub(super) static LONG: LazyLock<Bytes> =
    LazyLock::new(|| (0..(35_u32 << 20) / 4).flat_map(u32::to_le_bytes).collect::<Vec<u8>>().into());

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

pub(super) fn repository(name: &str) -> RepositoryName {
    name.parse().unwrap()
}

pub(super) fn blob(number: u8) -> Bytes {
    let line = format!("blob {number}\n");
    Bytes::from(line.repeat(1500 + 100 * usize::from(number)))
}

pub(super) fn digest(number: u8) -> Digest {
    Digest::sha256(&blob(number))
}

fn part(number: u8) -> Value {
    json!({"mediaType": "application/octet-stream", "digest": digest(number), "size": blob(number).len()})
}

fn manifest(document: &Value) -> RawManifest {
    RawManifest::new(document.to_string().into(), None).unwrap()
}

fn child(manifest: &RawManifest) -> Value {
    json!({"mediaType": MANIFEST, "digest": manifest.digest(), "size": manifest.bytes().len()})
}

/// An image of these two blobs.
pub(super) fn image(config: u8, layer: u8) -> RawManifest {
    let (config, layers) = (part(config), [part(layer)]);
    manifest(&json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers}))
}

/// What refers to an image.
pub(super) fn signature(subject: &RawManifest, layer: u8) -> RawManifest {
    manifest(&json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": "application/vnd.example.signature",
        "config": part(layer),
        "layers": [part(layer)],
        "subject": child(subject),
    }))
}

pub(super) fn index(of: &[&RawManifest]) -> RawManifest {
    let children: Vec<_> = of.iter().map(|manifest| child(manifest)).collect();
    manifest(&json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": children,
    }))
}

/// All manifests that there are.
pub(super) fn manifests() -> Vec<RawManifest> {
    let (one, two) = (image(0, 1), image(0, 2));
    let (signature, index) = (signature(&one, 3), index(&[&one, &two]));
    vec![one, two, signature, index, image(0, 5), image(0, 9)]
}

/// The blobs that a manifest needs.
pub(super) fn parts(manifest: &RawManifest) -> Vec<Digest> {
    let document: Value = serde_json::from_slice(manifest.bytes()).unwrap();
    let parts = [&document["config"], &document["layers"][0]];
    parts.iter().filter_map(|part| part["digest"].as_str()?.parse().ok()).collect()
}

/// What a manifest refers to.
pub(super) fn subject(manifest: &RawManifest) -> Option<Digest> {
    let document: Value = serde_json::from_slice(manifest.bytes()).unwrap();
    document["subject"]["digest"].as_str()?.parse().ok()
}
