//! Streaming a file in large reads, the next one under way while this one is used.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use tokio::task::JoinHandle;

use crate::{ByteStream, TransportError, TransportResult};

/// How much is read at once: above this, larger reads are no faster.
const READ: usize = 256 * 1024;

/// Buffers that are kept for the next reads once their bytes have been used.
const SPARE: usize = 4;

/// A run of bytes of a member: from the file, or zeros where a sparse file has a hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// `len` bytes of the file from `at` on.
    Data { at: u64, len: u64 },
    /// `len` zeros.
    Hole { len: u64 },
}

impl Extent {
    /// How many bytes it stands for.
    pub(crate) fn len(self) -> u64 {
        match self {
            Self::Data { len, .. } | Self::Hole { len } => len,
        }
    }

    /// The rest of it after its first `skip` bytes.
    fn without(self, skip: u64) -> Self {
        match self {
            Self::Data { at, len } => Self::Data { at: at + skip, len: len - skip },
            Self::Hole { len } => Self::Hole { len: len - skip },
        }
    }
}

/// A file that is read, and what that is called in errors.
#[derive(Clone)]
pub(crate) struct Reading {
    pub(crate) file: Arc<File>,
    pub(crate) what: String,
}

/// Streams the bytes that `extents` of a file stand for, without the first `skip`. A file that ends early
/// ends the stream early: whoever reads knows how long the content must be.
pub(crate) fn stream_extents(reading: Reading, extents: &[Extent], skip: u64) -> ByteStream {
    let mut reader = Reader {
        file: reading.file,
        extents: remaining(extents, skip),
        spare: VecDeque::with_capacity(SPARE),
        under_way: None,
        what: reading.what,
    };
    reader.start();
    futures::stream::unfold(reader, |mut reader| async move {
        let bytes = reader.next().await.transpose()?;
        Some((bytes, reader))
    })
    .boxed()
}

/// The first `limit` bytes that `extents` of a file stand for.
pub(crate) async fn read_extents(
    reading: Reading,
    extents: &[Extent],
    limit: usize,
) -> TransportResult<Vec<u8>> {
    let mut stream = stream_extents(reading, extents, 0);
    let mut bytes = Vec::new();
    while bytes.len() < limit
        && let Some(piece) = stream.next().await
    {
        bytes.extend_from_slice(&piece?);
    }
    bytes.truncate(limit);
    Ok(bytes)
}

fn remaining(extents: &[Extent], mut skip: u64) -> VecDeque<Extent> {
    let mut rest = VecDeque::with_capacity(extents.len());
    for extent in extents {
        let skipped = skip.min(extent.len());
        skip -= skipped;
        if skipped < extent.len() {
            rest.push_back(extent.without(skipped));
        }
    }
    rest
}

struct Reader {
    file: Arc<File>,
    extents: VecDeque<Extent>,
    spare: VecDeque<Bytes>,
    under_way: Option<JoinHandle<io::Result<BytesMut>>>,
    what: String,
}

impl Reader {
    /// Starts the next read, if there is more to read.
    fn start(&mut self) {
        let Some(extent) = self.extents.pop_front() else { return };
        let len = usize::try_from(extent.len()).map_or(READ, |len| len.min(READ));
        if extent.len() > len as u64 {
            self.extents.push_front(extent.without(len as u64));
        }
        let buffer = self.buffer(len);
        self.under_way = Some(match extent {
            Extent::Data { at, .. } => {
                let file = Arc::clone(&self.file);
                tokio::task::spawn_blocking(move || read_at(&file, buffer, at))
            }
            Extent::Hole { .. } => tokio::task::spawn_blocking(move || Ok(zeroed(buffer))),
        });
    }

    /// A buffer of `len` bytes of any content: a used one if its bytes are no longer held by anybody.
    fn buffer(&mut self, len: usize) -> BytesMut {
        let used = self.spare.pop_front().and_then(|bytes| bytes.try_into_mut().ok());
        let mut buffer = used.unwrap_or_default();
        buffer.resize(len, 0);
        buffer
    }

    async fn next(&mut self) -> TransportResult<Option<Bytes>> {
        let Some(under_way) = self.under_way.take() else { return Ok(None) };
        let read = match under_way.await {
            Ok(read) => read.map_err(|cause| TransportError::io(&self.what, cause))?,
            Err(cause) => {
                let (what, cause) = (self.what.clone(), Box::new(cause));
                return Err(TransportError::Unavailable { what, cause });
            }
        };
        if read.is_empty() {
            return Ok(None);
        }
        let bytes = read.freeze();
        if self.spare.len() < SPARE {
            self.spare.push_back(bytes.clone());
        }
        self.start();
        Ok(Some(bytes))
    }
}

/// Fills the buffer from the file, or as much of it as there is.
fn read_at(file: &File, mut buffer: BytesMut, at: u64) -> io::Result<BytesMut> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, at + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    buffer.truncate(filled);
    Ok(buffer)
}

fn zeroed(mut buffer: BytesMut) -> BytesMut {
    buffer.fill(0);
    buffer
}
