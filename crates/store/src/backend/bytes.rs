//! A blob's bytes as a backend gives them.

use std::collections::VecDeque;
use std::fmt;
use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use tokio::task::JoinHandle;

/// How much is read at once, when few read: above this, larger reads are no faster.
const LARGEST: usize = 256 * 1024;

/// How much, when many read.
const SMALLEST: usize = 32 * 1024;

/// How much all that read have of their next reads; each has about two more that it has read and not passed on.
const TOGETHER: usize = 4 << 20;

/// How many read in this process, whose memory they share.
static READERS: AtomicUsize = AtomicUsize::new(0);

/// Buffers that are kept for the next reads once their bytes have been used.
const SPARE: usize = 4;

/// Bytes of a blob, in the form that takes least to pass on.
pub enum BlobBytes {
    /// A part of a file; whoever sends it may leave the work to the system.
    File {
        /// The file.
        file: File,
        /// Where the bytes begin.
        at: u64,
        /// How many there are.
        length: u64,
    },
    /// Few bytes.
    AtOnce(Bytes),
    /// Bytes that come from elsewhere.
    Stream(BoxStream<'static, io::Result<Bytes>>),
}

impl BlobBytes {
    /// The bytes as they are read, the next ones while these are used. A file that ends early ends the stream with
    /// [`UnexpectedEof`](io::ErrorKind::UnexpectedEof).
    pub fn into_stream(self) -> BoxStream<'static, io::Result<Bytes>> {
        match self {
            Self::AtOnce(bytes) => stream::iter([Ok(bytes)]).boxed(),
            Self::Stream(stream) => stream,
            Self::File { file, at, length } => Reader::new(file, at, length).into_stream(),
        }
    }
}

impl fmt::Debug for BlobBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { file, at, length } => {
                f.debug_struct("File").field("file", file).field("at", at).field("length", length).finish()
            }
            Self::AtOnce(bytes) => f.debug_tuple("AtOnce").field(&bytes.len()).finish(),
            Self::Stream(_) => f.debug_tuple("Stream").finish_non_exhaustive(),
        }
    }
}

/// One of those who read.
struct OneOfAll;

impl OneOfAll {
    fn enter() -> Self {
        READERS.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Drop for OneOfAll {
    fn drop(&mut self) {
        READERS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How much one of so many reads at once.
fn share(readers: usize) -> usize {
    (TOGETHER / readers.max(1)).clamp(SMALLEST, LARGEST)
}

struct Reader {
    _one: OneOfAll,
    file: Arc<File>,
    at: u64,
    rest: u64,
    spare: VecDeque<Bytes>,
    under_way: Option<JoinHandle<io::Result<BytesMut>>>,
}

impl Reader {
    fn new(file: File, at: u64, length: u64) -> Self {
        let (_one, file) = (OneOfAll::enter(), Arc::new(file));
        Self { _one, file, at, rest: length, spare: VecDeque::new(), under_way: None }
    }

    fn into_stream(mut self) -> BoxStream<'static, io::Result<Bytes>> {
        self.start();
        stream::unfold(self, |mut reader| async {
            let bytes = reader.next().await?;
            Some((bytes, reader))
        })
        .boxed()
    }

    /// Starts the next read, if there is more to read.
    fn start(&mut self) {
        let share = share(READERS.load(Ordering::Relaxed));
        let length = usize::try_from(self.rest).map_or(share, |rest| rest.min(share));
        if length == 0 {
            return;
        }
        let used = self.spare.pop_front().and_then(|bytes| bytes.try_into_mut().ok());
        let mut buffer = used.unwrap_or_default();
        let (file, at) = (Arc::clone(&self.file), self.at);
        self.at += length as u64;
        self.rest -= length as u64;
        self.under_way = Some(tokio::task::spawn_blocking(move || {
            // Bytes of an earlier read are overwritten: nothing is cleared twice.
            buffer.resize(length, 0);
            fill(&file, &mut buffer, at)?;
            Ok(buffer)
        }));
    }

    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        let read = match self.under_way.take()?.await {
            Ok(Ok(read)) => read.freeze(),
            Ok(Err(cause)) => return Some(Err(cause)),
            Err(cause) => return Some(Err(io::Error::other(cause))),
        };
        if self.spare.len() < SPARE {
            self.spare.push_back(read.clone());
        }
        self.start();
        Some(Ok(read))
    }
}

fn fill(file: &File, buffer: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, at)
}

/// So many bytes of the file from `at` on.
pub(super) fn read_at(file: &File, length: usize, at: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    fill(file, &mut bytes, at)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_readers_share_the_memory() {
        assert_eq!((share(0), share(1), share(16)), (LARGEST, LARGEST, LARGEST));
        assert_eq!((share(96), share(10_000)), (TOGETHER / 96, SMALLEST));
    }
}
