//! Giving a session's bytes the name of a blob.

use std::io;

use portolan_catalog::UploadId;

use super::disk_backend::Disk;
use crate::backend::error::BackendResult;
use crate::backend::{BackendError, BlobKey, PartState};

impl Disk {
    pub(super) fn place(&self, id: &UploadId, state: &PartState, key: &BlobKey) -> BackendResult<()> {
        let _claim = self.claims.claim(*id)?;
        self.must_be_whole(id, state)?;
        let linked = self.link(id, key).and_then(|()| {
            let folder = self.syncs.blobs(key.digest.algorithm());
            folder.sync(&*self.files)
        });
        linked.map_err(|cause| match cause.kind() {
            io::ErrorKind::NotFound => BackendError::PartLost(*id),
            _ => BackendError::io(format!("placing blob {key}"), cause),
        })
    }

    /// Bytes that came after the last flush are not of this blob. Writes that are still under way are waited for.
    fn must_be_whole(&self, id: &UploadId, state: &PartState) -> BackendResult<()> {
        let part = self.open_part(id, state.written())?;
        let flushed = part.cut().map_or(Ok(()), |file| self.files.sync_data(file));
        flushed.map_err(|cause| BackendError::io(format!("flushing upload {id}"), cause))
    }

    fn link(&self, id: &UploadId, key: &BlobKey) -> io::Result<()> {
        let (part, blob) = (self.names.part(id), self.names.blob(key));
        match self.files.link(&part, &blob) {
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {}
            linked => return linked,
        }
        // The name is taken, by bytes that no row vouches for: another link goes over it.
        let beside = self.names.part(&UploadId::random());
        self.files.link(&part, &beside)?;
        let placed = self.files.rename(&beside, &blob);
        // It is still there if it could not be renamed, or if both were names of one file already.
        match self.files.remove(&beside) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => placed.and(Err(cause)),
            _ => placed,
        }
    }
}
