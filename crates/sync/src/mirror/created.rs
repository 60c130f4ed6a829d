//! When an image was made.

use futures::TryStreamExt as _;
use jiff::Timestamp;
use portolan_oci::{Descriptor, ImageConfig, Manifest, TagOrDigest, Verifier};
use portolan_transport::{Content, Source, TransportResult};

/// The largest config that is read.
const LARGEST: u64 = 4 << 20;

/// When an image says it was made: its config does, the first one's of an index. `None` if none is said.
pub(super) async fn created(
    source: &dyn Source,
    reference: &TagOrDigest,
) -> TransportResult<Option<Timestamp>> {
    let mut manifest = source.manifest(reference).await?;
    while let Manifest::Index(_) = manifest.parsed() {
        let Some(child) = manifest.parsed().children().iter().find(|child| child.media_type.is_manifest())
        else {
            return Ok(None);
        };
        manifest = source.manifest(&TagOrDigest::Digest(child.digest)).await?;
    }
    let Manifest::Image(image) = manifest.parsed() else { return Ok(None) };
    let Some(config) = image.config.as_ref().filter(|config| config.size <= LARGEST) else { return Ok(None) };
    let bytes = read(source, config).await?;
    let config: Option<ImageConfig> = serde_json::from_slice(&bytes).ok();
    Ok(config.and_then(|config| config.created?.parse().ok()))
}

async fn read(source: &dyn Source, blob: &Descriptor) -> TransportResult<Vec<u8>> {
    let what = format!("{}@{}", source.location(), blob.digest);
    let read = source.blob(blob, 0).await?;
    let content = Content::verifying(Verifier::new(blob), blob.size, read.stream, what);
    content
        .into_bytes()
        .try_fold(Vec::new(), |mut all, piece| async move {
            all.extend_from_slice(&piece);
            Ok(all)
        })
        .await
}
