//! Giving a session bytes of its own again.
//!
//! A session is placed before its row ends: when the process dies in between, the session goes on where it was written
//! down last, before the end of what is a blob's now.

use std::fs::File;
use std::io;

use portolan_catalog::UploadId;

use super::disk_backend::Disk;
use crate::backend::bytes::read_at;

/// Bytes that are copied at once.
const PIECE: u64 = 256 * 1024;

impl Disk {
    /// Makes the first bytes of `placed`, which has a blob's name too, a file that is only the session's. It is
    /// durable, and locked.
    pub(super) fn detach(&self, id: &UploadId, placed: &File, length: u64) -> io::Result<File> {
        let beside = self.names.part(&UploadId::random());
        let own = self.files.create(&beside)?;
        own.lock()?;
        let copied = self.copy(placed, &own, length).and_then(|()| {
            self.files.sync_data(&own)?;
            self.files.rename(&beside, &self.names.part(id))
        });
        copied.inspect_err(|_| {
            // What stays in spite of this is a session's that nobody has: a collection removes it.
            let _ = self.files.remove(&beside);
        })?;
        self.syncs.uploads.sync(&*self.files)?;
        Ok(own)
    }

    fn copy(&self, from: &File, to: &File, length: u64) -> io::Result<()> {
        let mut at = 0;
        while at < length {
            let next = PIECE.min(length - at);
            let bytes = read_at(from, usize::try_from(next).map_err(io::Error::other)?, at)?;
            self.files.write_at(to, &[bytes.into()], at)?;
            at += next;
        }
        Ok(())
    }
}
