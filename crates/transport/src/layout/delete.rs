//! Taking tags and manifests out of a layout.
//!
//! A tag goes alone: its manifest stays and can be read by digest. A manifest goes with all its entries.
//! Configurations and layers stay in either case, since other manifests may need them.

use std::sync::Arc;

use portolan_oci::{Digest, TagOrDigest};

use super::folder::Folder;
use super::index_writer::{Change, IndexWriter};
use super::{Contents, Edit};
use crate::{Deleted, TransportError, TransportResult};

pub(super) async fn delete(
    contents: &Contents<Arc<Folder>>,
    writer: &IndexWriter,
    reference: &TagOrDigest,
) -> TransportResult<Deleted> {
    let edit = match reference {
        TagOrDigest::Tag(tag) => Edit::Untag(tag.clone()),
        TagOrDigest::Digest(digest) if is_manifest(contents, digest).await? => Edit::Remove(*digest),
        TagOrDigest::Digest(_) => return Ok(Deleted::NotThere),
    };
    let changed = writer.submit(contents.files(), Change { edit, manifest: None }).await?;
    Ok(match reference {
        _ if !changed => Deleted::NotThere,
        TagOrDigest::Tag(_) => Deleted::Tag,
        TagOrDigest::Digest(digest) => Deleted::Manifest(*digest),
    })
}

/// Whether the digest is that of a manifest here, be it damaged: layers are not deleted by mistake, and what
/// is damaged can be deleted.
async fn is_manifest(contents: &Contents<Arc<Folder>>, digest: &Digest) -> TransportResult<bool> {
    if super::Files::index(contents.files()).await?.descriptors().any(|entry| entry.digest == *digest) {
        return Ok(true);
    }
    match contents.find(&(*digest).into()).await {
        Ok(found) => Ok(found.is_some()),
        Err(TransportError::Manifest { .. } | TransportError::Content { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
