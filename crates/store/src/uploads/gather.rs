//! Bytes as they come, in pieces worth a write.

use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::{BoxStream, Fuse};

use crate::error::Cause;

/// The bytes that a sender sends. An error says why there will be no more.
pub type Incoming = BoxStream<'static, Result<Bytes, Cause>>;

/// What one request brings for an upload.
pub struct Sent {
    /// Where in the blob the bytes begin, if the sender says so; else where the upload is.
    pub at: Option<u64>,
    /// The bytes.
    pub bytes: Incoming,
}

/// How many bytes are written at once.
const PIECE: usize = 256 << 10;

/// Gathers what comes.
pub(super) struct Gather {
    incoming: Fuse<Incoming>,
    /// Why there will be no more, while what came before is still to be given out.
    broken: Option<Cause>,
}

/// Some bytes, one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Pieces {
    pub(super) bytes: Vec<Bytes>,
    pub(super) length: u64,
}

impl Gather {
    pub(super) fn new(incoming: Incoming) -> Self {
        Self { incoming: incoming.fuse(), broken: None }
    }

    /// At least 256 KiB, but at the end; `None` behind it. What came before a break is given out first.
    pub(super) async fn next(&mut self) -> Option<Result<Pieces, Cause>> {
        if let Some(cause) = self.broken.take() {
            return Some(Err(cause));
        }
        let mut pieces = Pieces::default();
        while pieces.length < PIECE as u64 {
            match self.incoming.next().await {
                Some(Ok(bytes)) if bytes.is_empty() => {}
                Some(Ok(bytes)) => {
                    pieces.length += bytes.len() as u64;
                    pieces.bytes.push(bytes);
                }
                Some(Err(cause)) if pieces.bytes.is_empty() => return Some(Err(cause)),
                Some(Err(cause)) => {
                    self.broken = Some(cause);
                    break;
                }
                None => break,
            }
        }
        if pieces.bytes.is_empty() { None } else { Some(Ok(pieces)) }
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    fn gather(items: Vec<Result<&'static [u8], &'static str>>) -> Gather {
        let items = items.into_iter().map(|item| item.map(Bytes::from_static).map_err(Cause::from));
        Gather::new(stream::iter(items).boxed())
    }

    #[tokio::test]
    async fn what_came_before_a_break_is_given_out() {
        let mut gather = gather(vec![Ok(b"one"), Ok(b""), Ok(b"two"), Err("gone")]);
        assert_eq!(gather.next().await.unwrap().unwrap().length, 6);
        assert_eq!(gather.next().await.unwrap().unwrap_err().to_string(), "gone");
    }

    #[tokio::test]
    async fn nothing_gives_nothing() {
        assert!(gather(vec![Ok(b"")]).next().await.is_none());
    }

    #[tokio::test]
    async fn a_piece_is_given_out_as_soon_as_it_is_large_enough() {
        static LARGE: [u8; PIECE] = [7; PIECE];
        let mut gather = gather(vec![Ok(b"a"), Ok(&LARGE), Ok(b"b")]);
        assert_eq!(gather.next().await.unwrap().unwrap().length, PIECE as u64 + 1);
        assert_eq!(gather.next().await.unwrap().unwrap().length, 1);
    }
}
