//! The part of an image that is for one platform.

use portolan_oci::{Descriptor, Platform, RawManifest, TagOrDigest};
use portolan_transport::Source;

use crate::error::{CliError, Failure};

/// How deep indexes may nest.
const DEPTH: usize = 8;

/// The manifest for `wanted` below `root`; `root` itself if it is no index.
pub(crate) async fn for_platform(
    source: &dyn Source,
    root: RawManifest,
    wanted: &Platform,
) -> Result<RawManifest, CliError> {
    let mut manifest = root;
    for _ in 0..DEPTH {
        let children = manifest.parsed().children();
        if children.is_empty() {
            return Ok(manifest);
        }
        let fits = |child: &&Descriptor| child.platform.as_ref().is_some_and(|has| wanted.accepts(has));
        let Some(child) = children.iter().find(fits) else {
            return Err(missing(&manifest, wanted, source));
        };
        manifest = source.manifest(&TagOrDigest::Digest(child.digest)).await?;
    }
    Err(Failure::Refused(format!("the indexes in {} nest too deep", source.location())).into())
}

fn missing(index: &RawManifest, wanted: &Platform, source: &dyn Source) -> CliError {
    let offered: Vec<String> = index
        .parsed()
        .children()
        .iter()
        .filter_map(|child| child.platform.as_ref().map(ToString::to_string))
        .collect();
    let problem = format!("{}@{} has no manifest for {wanted}", source.location(), index.digest());
    CliError::from(Failure::NotFound(problem)).with_hint(format!("it has {}", offered.join(", ")))
}
