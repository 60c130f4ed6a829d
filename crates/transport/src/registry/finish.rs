//! Sending the rest of a blob and making it one, in one request (distribution-spec, "POST then PUT").

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt};
use http::{HeaderValue, header};
use portolan_oci::Digest;

use super::append::content_range;
use super::ask::Payload;
use super::blob::SMALL;
use super::holder::Holder;
use crate::{Content, Piece, TransportError, TransportResult, UploadState, Weight};

impl Holder {
    pub(super) async fn finish(&self, upload: &UploadState, content: Content) -> TransportResult<()> {
        let length = content.remaining();
        let mut proven = Proven::new(self.blob_named(&upload.digest), upload.digest, content);
        let mut ask = self.closing(upload)?;
        if length == 0 {
            // Without a body nothing would hold the request back until the proof is there.
            while proven.next().await.transpose()?.is_some() {}
        } else {
            let octets = HeaderValue::from_static("application/octet-stream");
            ask = ask.header(header::CONTENT_TYPE, octets);
            if upload.offset > 0 {
                let end = upload.offset.saturating_add(length);
                ask = ask.header(header::CONTENT_RANGE, content_range(upload.offset, end)?);
            }
            ask.payload = Payload::Stream(length, proven.boxed());
            if length > SMALL {
                ask.weight = Weight::Upload;
            }
        }
        self.committed(&upload.digest, self.ask(ask).await).await
    }
}

/// The bytes of some content; the last of them is given away only with the proof that all are right. Without
/// it the request is broken off, and the registry has nothing to commit.
struct Proven {
    what: String,
    digest: Digest,
    remaining: u64,
    pieces: BoxStream<'static, TransportResult<Piece>>,
    held: Option<Bytes>,
    ended: bool,
}

impl Proven {
    fn new(what: String, digest: Digest, content: Content) -> Self {
        let remaining = content.remaining();
        Self { what, digest, remaining, pieces: content.into_pieces(), held: None, ended: false }
    }

    fn wrong(&self, message: &str) -> TransportError {
        TransportError::Rejected { what: self.what.clone(), message: message.to_owned() }
    }

    /// The bytes to send for `piece`, if it has any.
    fn prove(&mut self, piece: Piece) -> TransportResult<Option<Bytes>> {
        let length = piece.bytes().len() as u64;
        let left =
            self.remaining.checked_sub(length).ok_or_else(|| self.wrong("it is longer than announced"))?;
        self.remaining = left;
        match piece {
            Piece::Last(_, verified) if *verified.digest() != self.digest => {
                Err(self.wrong("what was proven is another blob"))
            }
            Piece::Last(..) if left > 0 => Err(self.wrong("it is shorter than announced")),
            Piece::Last(bytes, _) => {
                self.ended = true;
                // With something held, the last piece has no bytes of its own.
                Ok(Some(self.held.take().unwrap_or(bytes)))
            }
            Piece::Data(bytes) if left == 0 && !bytes.is_empty() => {
                self.held = Some(bytes);
                Ok(None)
            }
            Piece::Data(bytes) => Ok(Some(bytes)),
        }
    }
}

impl Stream for Proven {
    type Item = TransportResult<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if self.ended {
                return Poll::Ready(None);
            }
            let Poll::Ready(piece) = self.pieces.poll_next_unpin(cx) else { return Poll::Pending };
            let taken = match piece {
                None => Err(self.wrong("it ended without a proof")),
                Some(Err(error)) => Err(error),
                Some(Ok(piece)) => self.prove(piece),
            };
            match taken {
                Ok(Some(bytes)) if bytes.is_empty() => {}
                Ok(Some(bytes)) => return Poll::Ready(Some(Ok(bytes))),
                Ok(None) => {}
                Err(error) => {
                    self.ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }
}
