//! Putting a manifest into a layout.

use std::fs;
use std::io::{self, Write};
use std::sync::Arc;

use portolan_oci::{Descriptor, RawManifest, Verified};

use super::folder::Folder;
use super::index_writer::{Change, IndexWriter};
use super::prepare::make_readable;
use super::{Edit, Files, off_thread};
use crate::{Location, PutAs, PutOutcome, TransportError, TransportResult};

/// Stores a manifest whose content is there, then names it.
pub(super) async fn put_manifest(
    folder: &Arc<Folder>,
    writer: &IndexWriter,
    manifest: &RawManifest,
    name: &PutAs,
) -> TransportResult<PutOutcome> {
    let (proof, bytes) = (manifest.verified().clone(), manifest.bytes().clone());
    let placing = {
        let (folder, proof, bytes) = (Arc::clone(folder), proof.clone(), bytes.clone());
        move || {
            let what = format!("writing {}", folder.blob(proof.digest()).display());
            folder.place_manifest(&proof, &bytes).map_err(|cause| TransportError::io(what, cause))
        }
    };
    off_thread("writing a manifest", placing).await?;
    let change = Change { edit: Edit::put(manifest, name), manifest: Some((proof, bytes)) };
    writer.submit(folder, change).await?;
    Ok(outcome(manifest))
}

/// A layout finds referrers by itself.
pub(crate) fn outcome(manifest: &RawManifest) -> PutOutcome {
    match manifest.parsed().subject() {
        Some(_) => PutOutcome::StoredWithSubject,
        None => PutOutcome::Stored,
    }
}

/// Checks that all that a manifest names is there, so that no reader ever meets an image that cannot be read.
///
/// # Errors
/// `ContentUnknown`.
pub(crate) async fn must_be_complete(
    files: &impl Files,
    location: &Location,
    manifest: &RawManifest,
    name: &PutAs,
) -> TransportResult<()> {
    let owned = |blob: &&Descriptor| !blob.media_type.is_foreign();
    let parsed = manifest.parsed();
    for named in parsed.blobs().filter(owned).chain(parsed.children()) {
        if files.size(&named.digest).await? != Some(named.size) {
            let reference = match name {
                PutAs::Tag(tag) => tag.clone().into(),
                PutAs::Digest => (*manifest.digest()).into(),
            };
            return Err(TransportError::ContentUnknown { what: location.with(Some(&reference)) });
        }
    }
    Ok(())
}

impl Folder {
    /// Writes a manifest where blobs lie, unless exactly these bytes are there.
    pub(super) fn place_manifest(&self, proof: &Verified, bytes: &[u8]) -> io::Result<()> {
        let path = self.blob(proof.digest());
        if self.blob_size(proof.digest()).ok().flatten() == Some(proof.size())
            && fs::read(&path).is_ok_and(|there| there == bytes)
        {
            return Ok(());
        }
        fs::create_dir_all(self.uploads())?;
        let mut file = tempfile::NamedTempFile::new_in(self.uploads())?;
        file.write_all(bytes)?;
        make_readable(file.as_file())?;
        self.durability.sync_file(file.as_file())?;
        let folder = self.make_blobs(proof.digest().algorithm())?;
        file.persist(&path).map_err(|error| error.error)?;
        self.durability.sync_folder(&folder)
    }
}
