//! Writing a blob whose bytes are at hand.

use std::io;
use std::path::Path;

use bytes::Bytes;
use portolan_catalog::UploadId;

use super::disk_backend::Disk;
use crate::backend::error::BackendResult;
use crate::backend::{BackendError, BlobKey};

impl Disk {
    pub(super) fn put(&self, key: &BlobKey, bytes: Bytes) -> BackendResult<()> {
        let beside = self.names.part(&UploadId::random());
        let put = self.write_and_rename(&beside, bytes, &self.names.blob(key));
        let put = put.inspect_err(|_| {
            // What stays in spite of this is a session's that nobody has, and goes at the next start.
            let _ = self.files.remove(&beside);
        });
        let synced = put.and_then(|()| {
            let folder = self.syncs.blobs(key.digest.algorithm());
            folder.sync(&*self.files)
        });
        synced.map_err(|cause| BackendError::io(format!("writing blob {key}"), cause))
    }

    fn write_and_rename(&self, beside: &Path, bytes: Bytes, blob: &Path) -> io::Result<()> {
        let file = self.files.create(beside)?;
        self.files.write_at(&file, &[bytes], 0)?;
        self.files.sync_data(&file)?;
        self.files.rename(beside, blob)
    }
}
