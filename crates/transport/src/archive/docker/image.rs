//! Which images an archive can hold.

use portolan_oci::{Descriptor, Digest, ImageConfig, Manifest, MediaType, RawManifest};

use crate::layout::{Contents, Files, invalid};
use crate::{Location, TransportError, TransportResult};

/// How large a configuration may be.
const CONFIG_LIMIT: usize = 16 * 1024 * 1024;

/// The image that an archive holds.
#[derive(Debug, Clone)]
pub(super) struct Image {
    pub(super) manifest: Digest,
    pub(super) config: Descriptor,
    /// Each layer as it was sent, and the digest that it has uncompressed.
    pub(super) layers: Vec<(Descriptor, Digest)>,
}

fn refused(location: &Location, message: &str) -> TransportError {
    TransportError::Rejected { what: format!("writing {location}"), message: message.to_owned() }
}

/// Looks into a manifest whose blobs have been sent.
///
/// # Errors
/// `Rejected` if it is not one container image with all its layers.
pub(super) async fn image<F: Files>(
    contents: &Contents<F>,
    manifest: &RawManifest,
) -> TransportResult<Image> {
    let location = contents.location();
    let Manifest::Image(image) = manifest.parsed() else {
        return Err(refused(
            location,
            "a docker-archive holds one image for one platform, and this is an index of several: choose a platform, or write an oci-archive:",
        ));
    };
    let config = image
        .config
        .as_ref()
        .filter(|config| [MediaType::OCI_CONFIG, MediaType::DOCKER_CONFIG].contains(&config.media_type));
    let config = config.ok_or_else(|| {
        refused(location, "a docker-archive holds container images only, and this is another artifact: write an oci-archive:")
    })?;
    let bytes = contents.files().read(&config.digest, CONFIG_LIMIT).await?;
    let what = format!("reading the configuration of the image for {location}");
    let parsed = ImageConfig::parse(&bytes.unwrap_or_default()).map_err(|cause| invalid(what, cause))?;
    if parsed.rootfs.diff_ids.len() != image.layers.len() {
        return Err(refused(location, "the image's configuration and its manifest name different layers"));
    }
    for layer in &image.layers {
        if !contents.has_blob(layer).await? {
            return Err(refused(
                location,
                "a layer of the image may not be distributed and was not copied, but an archive must have it",
            ));
        }
    }
    let layers = image.layers.iter().cloned().zip(parsed.rootfs.diff_ids).collect();
    Ok(Image { manifest: *manifest.digest(), config: config.clone(), layers })
}
