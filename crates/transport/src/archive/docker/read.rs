//! Reading an archive of images as a layout of Docker manifests, which are made here.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt;
use portolan_oci::{Algorithm, Descriptor, Digest, Hashing, ImageConfig, MediaType, annotation};
use serde::Serialize;

use super::manifest_json::Item;
use super::select::select;
use crate::archive::oci::digest_of;
use crate::archive::open::{Compression, Opened};
use crate::archive::stored::{Stored, StoredFiles};
use crate::layout::{Extent, IndexJson, invalid};
use crate::{InArchive, TransportResult};

/// How large `manifest.json` and configurations may be.
const LIMIT: usize = 16 * 1024 * 1024;

/// A manifest as Docker writes it (Docker "Image Manifest V 2, Schema 2").
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Schema2 {
    schema_version: u8,
    media_type: MediaType,
    config: Descriptor,
    layers: Vec<Descriptor>,
}

pub(in crate::archive) async fn read(archive: &Opened, images: &InArchive) -> TransportResult<StoredFiles> {
    if archive.members().file("manifest.json").is_none() {
        let hint = match archive.members().file("oci-layout") {
            Some(_) => ", but an oci-layout: read it as oci-archive:",
            None => "",
        };
        let message =
            format!("it was not written by `docker save`: it has no member \"manifest.json\"{hint}");
        return Err(archive.rejected(message));
    }
    let what = || format!("reading {}", archive.location());
    let items = archive.read("manifest.json", LIMIT).await?;
    let items: Vec<Item> = serde_json::from_slice(&items).map_err(|cause| invalid(what(), cause))?;
    let (mut blobs, mut entries) = (HashMap::new(), Vec::new());
    for item in &select(archive, items, images)? {
        let manifest = image(archive, item, &mut blobs).await?;
        entries.extend(named(&manifest, item.repo_tags.as_deref().unwrap_or_default()));
    }
    let index = IndexJson::of(&entries).map_err(|cause| invalid(what(), cause))?;
    Ok(StoredFiles { reading: archive.reading(), blobs, index: Arc::new(index) })
}

/// An entry for each name, or one without.
fn named(manifest: &Descriptor, names: &[String]) -> Vec<Descriptor> {
    if names.is_empty() {
        return vec![manifest.clone()];
    }
    let with_name = |name: &String| {
        let mut entry = manifest.clone();
        entry.annotations.insert(annotation::REF_NAME.to_owned(), name.clone());
        entry
    };
    names.iter().map(with_name).collect()
}

/// Adds an image's configuration, layers and manifest; the manifest's descriptor.
async fn image(
    archive: &Opened,
    item: &Item,
    blobs: &mut HashMap<Digest, Stored>,
) -> TransportResult<Descriptor> {
    let config = archive.read(&item.config, LIMIT).await?;
    let what = || format!("reading {:?} in {}", item.config, archive.location());
    let parsed = ImageConfig::parse(&config).map_err(|cause| invalid(what(), cause))?;
    let (diff_ids, paths) = (&parsed.rootfs.diff_ids, item.layers.as_deref().unwrap_or_default());
    if diff_ids.len() != paths.len() {
        let (names, files) = (diff_ids.len(), paths.len());
        return Err(
            archive.rejected(format!("{:?} names {names} layers, but there are {files}", item.config))
        );
    }
    let mut layers = Vec::with_capacity(paths.len());
    for (diff_id, path) in diff_ids.iter().zip(paths) {
        let extents = archive.member(path)?;
        let layer = layer(archive, path, extents, diff_id).await?;
        blobs.insert(layer.digest, Stored::Member(extents.to_vec()));
        layers.push(layer);
    }
    let config_descriptor = Descriptor::of(MediaType::DOCKER_CONFIG, &config);
    blobs.insert(config_descriptor.digest, Stored::Made(config.into()));
    let media_type = MediaType::DOCKER_MANIFEST;
    let manifest = Schema2 { schema_version: 2, media_type, config: config_descriptor, layers };
    let manifest = Bytes::from(serde_json::to_vec(&manifest).map_err(|cause| invalid(what(), cause))?);
    let descriptor = Descriptor::of(MediaType::DOCKER_MANIFEST, &manifest);
    blobs.insert(descriptor.digest, Stored::Made(manifest));
    Ok(descriptor)
}

/// The descriptor of a layer as it lies in the archive. It is the uncompressed one that the configuration
/// names, unless the archive was written with compressed layers: then its path, or its content, is asked.
async fn layer(
    archive: &Opened,
    path: &str,
    extents: &[Extent],
    diff_id: &Digest,
) -> TransportResult<Descriptor> {
    let start = archive.start(extents, Compression::MAGIC).await?;
    let media_type = match Compression::of(&start) {
        Compression::None => MediaType::DOCKER_LAYER_TAR,
        Compression::Gzip => MediaType::DOCKER_LAYER,
        Compression::Zstd => MediaType::DOCKER_LAYER_ZSTD,
        Compression::Other(program) => {
            return Err(archive.rejected(format!("layer {path:?} is compressed with {program}")));
        }
    };
    let digest = match (media_type == MediaType::DOCKER_LAYER_TAR, digest_of(path)) {
        (true, _) => *diff_id,
        (false, Some(digest)) => digest,
        (false, None) => hash(archive, extents).await?,
    };
    Ok(Descriptor::new(media_type, digest, extents.iter().map(|extent| extent.len()).sum()))
}

/// The digest of content of which nothing is known.
async fn hash(archive: &Opened, extents: &[Extent]) -> TransportResult<Digest> {
    let mut hashing = Hashing::new(Algorithm::Sha256);
    let mut stream = archive.stream(extents);
    while let Some(bytes) = stream.next().await.transpose()? {
        hashing.update(&bytes);
    }
    Ok(hashing.digest())
}
