//! Bytes on their way: what a source gives and what a target takes.

use std::pin::Pin;

use bytes::Bytes;
use futures::stream::{BoxStream, Stream, StreamExt};
use portolan_oci::{Verified, Verifier};

use crate::{TransportError, TransportResult};

/// A stream of bytes that may break off.
pub type ByteStream = BoxStream<'static, TransportResult<Bytes>>;

/// A blob being read.
pub struct BlobRead {
    /// Where the stream starts. Not later than what was asked for; a place without ranges starts at 0 and the
    /// reader drops what it has.
    pub offset: u64,
    /// The bytes from there to the end.
    pub stream: ByteStream,
}

/// Part of the content of a blob, on its way to a target.
#[derive(Debug, Clone)]
pub enum Piece {
    /// Some bytes; more follow.
    Data(Bytes),
    /// The last bytes (perhaps none), with the proof that the whole content is what it should be.
    Last(Bytes, Verified),
}

impl Piece {
    /// The bytes.
    pub fn bytes(&self) -> &Bytes {
        match self {
            Self::Data(bytes) | Self::Last(bytes, _) => bytes,
        }
    }
}

/// The rest of a blob, to be sent in one request. The last bytes come with the proof that all of them are
/// right: content that is wrong never reaches its end, so no target can commit it.
pub struct Content {
    remaining: u64,
    pieces: BoxStream<'static, TransportResult<Piece>>,
}

impl Content {
    /// Content that somebody else verifies; `remaining` is the exact number of bytes in `pieces`.
    pub fn new(remaining: u64, pieces: BoxStream<'static, TransportResult<Piece>>) -> Self {
        Self { remaining, pieces }
    }

    /// Verifies `stream`, whose first byte is at the verifier's offset, on its way; `size` is that of the
    /// whole blob, `what` names it in errors.
    pub fn verifying(verifier: Verifier, size: u64, stream: ByteStream, what: String) -> Self {
        let remaining = size.saturating_sub(verifier.offset());
        let state = Verifying { verifier: Some(verifier), stream, held: None, what };
        let pieces = futures::stream::unfold(state, |mut state| async move {
            let piece = state.next().await.transpose()?;
            Some((piece, state))
        });
        Self { remaining, pieces: pieces.boxed() }
    }

    /// How many bytes are still to come.
    pub fn remaining(&self) -> u64 {
        self.remaining
    }

    /// The pieces.
    pub fn into_pieces(self) -> BoxStream<'static, TransportResult<Piece>> {
        self.pieces
    }

    /// The bytes alone. The end of the stream still comes only with right content.
    pub fn into_bytes(self) -> ByteStream {
        self.pieces.map(|piece| piece.map(|piece| piece.bytes().clone())).boxed()
    }
}

struct Verifying {
    verifier: Option<Verifier>,
    stream: ByteStream,
    held: Option<Bytes>,
    what: String,
}

impl Verifying {
    /// One chunk is always held back until the next one, or the end and the proof, are there.
    async fn next(&mut self) -> TransportResult<Option<Piece>> {
        let Some(verifier) = self.verifier.as_mut() else { return Ok(None) };
        loop {
            match self.stream.next().await.transpose()? {
                Some(bytes) if bytes.is_empty() => {}
                Some(bytes) => {
                    verifier.update(&bytes).map_err(|cause| TransportError::content(&self.what, cause))?;
                    if let Some(before) = self.held.replace(bytes) {
                        return Ok(Some(Piece::Data(before)));
                    }
                }
                None => break,
            }
        }
        let Some(verifier) = self.verifier.take() else { return Ok(None) };
        let verified = verifier.finish().map_err(|cause| TransportError::content(&self.what, cause))?;
        Ok(Some(Piece::Last(self.held.take().unwrap_or_default(), verified)))
    }
}

/// Some bytes of a blob whose end is not yet proven, to be appended to an upload that is committed later.
pub struct Chunk {
    len: u64,
    stream: ByteStream,
}

impl Chunk {
    /// `stream` gives exactly `len` bytes.
    pub fn new(len: u64, stream: ByteStream) -> Self {
        Self { len, stream }
    }

    /// A chunk that is at hand.
    pub fn from_bytes(bytes: Bytes) -> Self {
        Self { len: bytes.len() as u64, stream: futures::stream::once(async { Ok(bytes) }).boxed() }
    }

    /// How many bytes it has.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bytes.
    pub fn into_stream(self) -> Pin<Box<dyn Stream<Item = TransportResult<Bytes>> + Send>> {
        self.stream
    }
}
