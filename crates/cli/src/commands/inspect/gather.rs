//! Reading what is shown.

use std::collections::HashMap;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use portolan_oci::{
    Descriptor, Digest, ImageConfig, Manifest, MediaKind, MediaType, RawManifest, Tag, TagOrDigest,
};
use portolan_transport::Source;

use super::data::{Child, Config, Inspected, Parts, Referrer};
use crate::error::CliError;
use crate::look::read_blob;

/// Manifests that are read at once.
const PARALLEL: usize = 4;

/// What cosign keeps under tags.
const COSIGN: &[&str] = &["sig", "att", "sbom"];

pub(super) async fn gather(
    source: &dyn Source,
    name: String,
    manifest: &RawManifest,
) -> Result<Inspected, CliError> {
    let parsed = manifest.parsed();
    let parts = match parsed {
        Manifest::Index(index) => {
            let children = index.manifests.iter().map(|child| look_at_child(source, child));
            Parts::Index { manifests: stream::iter(children).buffered(PARALLEL).try_collect().await? }
        }
        Manifest::Image(image) => {
            let config = match &image.config {
                Some(config) => Some(look_at_config(source, config).await?),
                None => None,
            };
            Parts::Image { config, layers: image.layers.iter().map(Into::into).collect() }
        }
    };
    let content = match &parts {
        Parts::Index { manifests } => {
            let below = manifests.iter().flat_map(|child| {
                let own = (child.blob.digest, child.blob.size);
                std::iter::once(own).chain(child.blobs.iter().copied())
            });
            below.collect::<HashMap<_, _>>().into_values().sum()
        }
        Parts::Image { .. } => content(&blobs(parsed)),
    };
    Ok(Inspected {
        name,
        digest: *manifest.digest(),
        media_type: manifest.media_type().clone(),
        artifact_type: match parsed {
            Manifest::Image(image) => image.artifact_type.clone(),
            Manifest::Index(index) => index.artifact_type.clone(),
        },
        size: manifest.size(),
        content,
        subject: parsed.subject().map(|subject| subject.digest),
        parts,
        annotations: parsed.annotations().clone(),
        referrers: referrers(source, manifest).await?,
    })
}

/// The blobs that a manifest names, each once.
fn blobs(manifest: &Manifest) -> Vec<(Digest, u64)> {
    manifest.blobs().map(|blob| (blob.digest, blob.size)).collect::<HashMap<_, _>>().into_iter().collect()
}

fn content(blobs: &[(Digest, u64)]) -> u64 {
    blobs.iter().map(|(_, size)| size).sum()
}

async fn look_at_child(source: &dyn Source, child: &Descriptor) -> Result<Child, CliError> {
    let named = if child.media_type.kind() == MediaKind::Image {
        match source.manifest(&TagOrDigest::Digest(child.digest)).await {
            Ok(manifest) => Some(blobs(manifest.parsed())),
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(error.into()),
        }
    } else {
        None
    };
    Ok(Child {
        platform: child.platform.as_ref().map(ToString::to_string),
        artifact_type: child.artifact_type.clone(),
        blob: child.into(),
        content: named.as_deref().map(content),
        blobs: named.unwrap_or_default(),
    })
}

async fn look_at_config(source: &dyn Source, config: &Descriptor) -> Result<Config, CliError> {
    let is_image = [MediaType::OCI_CONFIG, MediaType::DOCKER_CONFIG].contains(&config.media_type);
    // What is no configuration of an image is shown by its descriptor.
    let read = if is_image { ImageConfig::parse(&read_blob(source, config).await?).ok() } else { None };
    let (platform, created, labels) = match read {
        Some(read) => (Some(read.platform.to_string()), read.created, read.config.labels),
        None => Default::default(),
    };
    Ok(Config { blob: config.into(), platform, created, labels })
}

/// What refers to the manifest by its subject, or by a tag of cosign's.
async fn referrers(source: &dyn Source, manifest: &RawManifest) -> Result<Vec<Referrer>, CliError> {
    let mut found: Vec<Referrer> = source
        .referrers(manifest.digest(), None)
        .await?
        .descriptors
        .iter()
        .map(|one| Referrer { artifact_type: one.artifact_type.clone(), blob: one.into() })
        .collect();
    for suffix in COSIGN {
        let Ok(tag) = Tag::cosign(manifest.digest(), suffix) else { continue };
        match source.manifest(&TagOrDigest::Tag(tag)).await {
            Ok(tagged) => found.push(Referrer {
                artifact_type: tagged.parsed().artifact_type().cloned(),
                blob: (&tagged.descriptor()).into(),
            }),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error.into()),
        }
    }
    found.sort_by(|a, b| (&a.artifact_type, a.blob.digest).cmp(&(&b.artifact_type, b.blob.digest)));
    Ok(found)
}
