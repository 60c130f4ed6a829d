//! Taking bytes away.

use std::io;

use portolan_catalog::UploadId;

use super::disk_backend::Disk;
use crate::backend::error::BackendResult;
use crate::backend::{BackendError, BlobKey};

impl Disk {
    pub(super) fn discard(&self, id: &UploadId) -> BackendResult<()> {
        let removed = gone(self.files.remove(&self.names.part(id)));
        removed.map_err(|cause| BackendError::io(format!("removing upload {id}"), cause))
    }

    pub(super) fn remove(&self, key: &BlobKey) -> BackendResult<()> {
        let removed = gone(self.files.remove(&self.names.blob(key)));
        removed.map_err(|cause| BackendError::io(format!("removing blob {key}"), cause))
    }

    pub(super) fn set_aside(&self, key: &BlobKey) -> BackendResult<()> {
        let moved = gone(self.files.rename(&self.names.blob(key), &self.names.aside(key)));
        moved.map_err(|cause| BackendError::io(format!("setting blob {key} aside"), cause))
    }
}

/// What was not there is gone.
pub(super) fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
