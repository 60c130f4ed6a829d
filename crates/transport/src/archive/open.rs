//! Opening an archive: its headers are read, and it is unpacked first if it is compressed as a whole.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use async_compression::tokio::bufread::{GzipDecoder, ZstdDecoder};
use tokio::io::AsyncRead;
use tokio::runtime::Handle;

use super::tar::{Members, TarError, TarIndex};
use crate::layout::{Extent, Reading, off_thread, read_extents, stream_extents};
use crate::{ByteStream, Location, TransportError, TransportResult};

/// An archive whose members are known.
pub(super) struct Opened {
    file: Arc<File>,
    members: Members,
    location: Location,
}

/// How bytes are compressed, by how they begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    Gzip,
    Zstd,
    /// With this program, which is not understood here.
    Other(&'static str),
}

impl Compression {
    /// How many bytes are enough to tell.
    pub(super) const MAGIC: usize = 6;

    pub(super) fn of(start: &[u8]) -> Self {
        match start {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            [0xfd, b'7', b'z', b'X', b'Z', 0] => Self::Other("xz"),
            [b'B', b'Z', b'h', ..] => Self::Other("bzip2"),
            _ => Self::None,
        }
    }
}

impl Opened {
    /// Opens the archive of a location.
    pub(super) async fn open(location: Location, path: &Path) -> TransportResult<Self> {
        let (path, place) = (path.to_owned(), location.clone());
        let (file, members) = off_thread("opening an archive", move || open(&path, &place)).await?;
        Ok(Self { file: Arc::new(file), members, location })
    }

    pub(super) fn location(&self) -> &Location {
        &self.location
    }

    pub(super) fn members(&self) -> &Members {
        &self.members
    }

    /// Where a member's bytes are.
    ///
    /// # Errors
    /// `Rejected` if the archive lacks it.
    pub(super) fn member(&self, path: &str) -> TransportResult<&[Extent]> {
        self.members.file(path).ok_or_else(|| self.rejected(format!("it has no member {path:?}")))
    }

    /// The whole of a small member.
    ///
    /// # Errors
    /// `Rejected` if the archive lacks it or it is larger than `limit`.
    pub(super) async fn read(&self, path: &str, limit: usize) -> TransportResult<Vec<u8>> {
        let extents = self.member(path)?;
        if extents.iter().map(|extent| extent.len()).sum::<u64>() > limit as u64 {
            return Err(self.rejected(format!("its member {path:?} is too large")));
        }
        self.start(extents, limit).await
    }

    /// The first bytes of a member.
    pub(super) async fn start(&self, extents: &[Extent], limit: usize) -> TransportResult<Vec<u8>> {
        read_extents(self.reading(), extents, limit).await
    }

    pub(super) fn stream(&self, extents: &[Extent]) -> ByteStream {
        stream_extents(self.reading(), extents, 0)
    }

    /// The archive's file, as what reading it is called.
    pub(super) fn reading(&self) -> Reading {
        Reading { file: Arc::clone(&self.file), what: format!("reading {}", self.location) }
    }

    /// The archive is not what it should be.
    pub(super) fn rejected(&self, message: String) -> TransportError {
        TransportError::Rejected { what: self.location.to_string(), message }
    }
}

fn open(path: &Path, location: &Location) -> TransportResult<(File, Members)> {
    let failed = |cause: io::Error| match cause.kind() {
        io::ErrorKind::NotFound => TransportError::NotFound { what: location.to_string() },
        _ => TransportError::io(format!("reading {}", path.display()), cause),
    };
    let mut file = File::open(path).map_err(failed)?;
    let mut start = Vec::new();
    file.by_ref().take(Compression::MAGIC as u64).read_to_end(&mut start).map_err(failed)?;
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    let file = match Compression::of(&start) {
        Compression::None => file,
        Compression::Other(program) => {
            return Err(TransportError::Rejected {
                what: location.to_string(),
                message: format!("it is compressed with {program}: unpack it first"),
            });
        }
        known => unpack(file, known).map_err(failed)?,
    };
    match TarIndex::read(BufReader::with_capacity(512, &file)) {
        Ok(members) => Ok((file, members)),
        Err(TarError::Io(cause)) => Err(failed(cause)),
        Err(error) => {
            Err(TransportError::Rejected { what: location.to_string(), message: error.to_string() })
        }
    }
}

/// A reader of what another one gives compressed.
pub(super) fn decoder<'a>(
    compression: Compression,
    packed: impl tokio::io::AsyncBufRead + Send + Unpin + 'a,
) -> Box<dyn AsyncRead + Send + Unpin + 'a> {
    match compression {
        Compression::Gzip => {
            let mut decoder = GzipDecoder::new(packed);
            decoder.multiple_members(true);
            Box::new(decoder)
        }
        Compression::Zstd => {
            let mut decoder = ZstdDecoder::new(packed);
            decoder.multiple_members(true);
            Box::new(decoder)
        }
        Compression::None | Compression::Other(_) => Box::new(packed),
    }
}

/// Unpacks a file into a temporary one that has no name.
fn unpack(file: File, compression: Compression) -> io::Result<File> {
    const BUFFER: usize = 256 * 1024;
    let spool = tempfile::tempfile()?;
    let mut to = tokio::fs::File::from_std(spool.try_clone()?);
    let packed = tokio::io::BufReader::with_capacity(BUFFER, tokio::fs::File::from_std(file));
    let mut plain = tokio::io::BufReader::with_capacity(BUFFER, decoder(compression, packed));
    Handle::current().block_on(async {
        tokio::io::copy_buf(&mut plain, &mut to).await?;
        tokio::io::AsyncWriteExt::flush(&mut to).await
    })?;
    Ok(spool)
}
