//! Reading blobs and sessions, and measuring room.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::MetadataExt as _;

use portolan_catalog::UploadId;

use super::disk_backend::Disk;
use crate::backend::bytes::read_at;
use crate::backend::error::BackendResult;
use crate::backend::{BackendError, BlobBytes, BlobKey, PartState, Room};

/// What is not longer is read at once, in the same hop as it is opened.
pub(super) const AT_ONCE: u64 = 64 * 1024;

impl Disk {
    pub(super) fn read(&self, key: &BlobKey, range: &Range<u64>) -> BackendResult<BlobBytes> {
        let failed = |cause: io::Error| match cause.kind() {
            io::ErrorKind::NotFound => BackendError::NotFound(*key),
            _ => BackendError::io(format!("reading blob {key}"), cause),
        };
        let file = File::open(self.names.blob(key)).map_err(failed)?;
        let actual = file.metadata().map_err(failed)?.len();
        if actual < range.end {
            return Err(BackendError::Short { key: *key, expected: range.end, actual });
        }
        let length = range.end.saturating_sub(range.start);
        match usize::try_from(length) {
            Ok(short) if length <= AT_ONCE => {
                let bytes = read_at(&file, short, range.start).map_err(failed)?;
                Ok(BlobBytes::AtOnce(bytes.into()))
            }
            _ => Ok(BlobBytes::File { file, at: range.start, length }),
        }
    }

    pub(super) fn read_part(&self, id: &UploadId, state: &PartState) -> BackendResult<BlobBytes> {
        let failed = |cause: io::Error| match cause.kind() {
            io::ErrorKind::NotFound => BackendError::PartLost(*id),
            _ => BackendError::io(format!("reading upload {id}"), cause),
        };
        let file = File::open(self.names.part(id)).map_err(failed)?;
        if file.metadata().map_err(failed)?.len() < state.written() {
            return Err(BackendError::PartLost(*id));
        }
        Ok(BlobBytes::File { file, at: 0, length: state.written() })
    }

    pub(super) fn room(&self) -> BackendResult<Room> {
        let failed = |cause| BackendError::io("measuring free space", cause);
        let volume = std::fs::metadata(self.names.root()).map_err(failed)?.dev();
        let room = rustix::fs::statvfs(self.names.root()).map_err(|cause| failed(cause.into()))?;
        let bytes = |blocks: u64| blocks.saturating_mul(room.f_frsize);
        Ok(Room { volume, free: bytes(room.f_bavail), total: bytes(room.f_blocks) })
    }
}
