//! Bytes as they come, in pieces worth a write.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::{Bytes, BytesMut};
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

/// How many bytes are written at once, when few send: a fast sender's next bytes are hashed meanwhile, and each
/// waits for the other once a piece.
const LARGEST: u64 = 1 << 20;

/// How many, when many send.
const SMALLEST: u64 = 32 << 10;

/// How many bytes all that send have in memory, of the pieces that are being gathered.
const TOGETHER: u64 = 32 << 20;

/// How many requests are sending now.
#[derive(Debug, Clone, Default)]
pub(super) struct Senders(Arc<AtomicU64>);

/// One of them.
#[derive(Debug)]
struct Sender(Senders);

impl Senders {
    fn enter(&self) -> Sender {
        self.0.fetch_add(1, Ordering::Relaxed);
        Sender(self.clone())
    }

    /// How large a piece may become: each sender's share.
    fn piece(&self) -> u64 {
        (TOGETHER / self.0.load(Ordering::Relaxed).max(1)).clamp(SMALLEST, LARGEST)
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What is shorter is copied: kept as it came, a byte may hold on to the whole buffer that it was read into.
const COPIED_BELOW: usize = 4 << 10;

/// Gathers what comes.
pub(super) struct Gather {
    incoming: Fuse<Incoming>,
    sender: Sender,
    /// Why there will be no more, while what came before is still to be given out.
    broken: Option<Cause>,
}

/// Some bytes, one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Pieces {
    pub(super) bytes: Vec<Bytes>,
    pub(super) length: u64,
}

/// Pieces that grow.
#[derive(Debug, Default)]
struct Growing {
    pieces: Pieces,
    /// The last short ones, as one.
    short: BytesMut,
}

impl Growing {
    fn add(&mut self, bytes: Bytes) {
        self.pieces.length += bytes.len() as u64;
        if bytes.len() < COPIED_BELOW {
            self.short.extend_from_slice(&bytes);
        } else {
            self.end_short();
            self.pieces.bytes.push(bytes);
        }
    }

    fn end_short(&mut self) {
        if !self.short.is_empty() {
            self.pieces.bytes.push(self.short.split().freeze());
        }
    }

    fn end(mut self) -> Pieces {
        self.end_short();
        self.pieces
    }
}

impl Gather {
    pub(super) fn new(incoming: Incoming, senders: &Senders) -> Self {
        Self { incoming: incoming.fuse(), sender: senders.enter(), broken: None }
    }

    /// As much as is worth a write, but at the end; `None` behind it. What came before a break is given out first.
    pub(super) async fn next(&mut self) -> Option<Result<Pieces, Cause>> {
        if let Some(cause) = self.broken.take() {
            return Some(Err(cause));
        }
        let mut growing = Growing::default();
        while growing.pieces.length < self.sender.0.piece() {
            match self.incoming.next().await {
                Some(Ok(bytes)) => growing.add(bytes),
                Some(Err(cause)) if growing.pieces.length == 0 => return Some(Err(cause)),
                Some(Err(cause)) => {
                    self.broken = Some(cause);
                    break;
                }
                None => break,
            }
        }
        let pieces = growing.end();
        if pieces.length == 0 { None } else { Some(Ok(pieces)) }
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    fn gather(items: Vec<Result<&'static [u8], &'static str>>) -> Gather {
        let items = items.into_iter().map(|item| item.map(Bytes::from_static).map_err(Cause::from));
        Gather::new(stream::iter(items).boxed(), &Senders::default())
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
        static LARGE: [u8; 1 << 20] = [7; 1 << 20];
        let mut gather = gather(vec![Ok(b"a"), Ok(&LARGE), Ok(b"b")]);
        assert_eq!(gather.next().await.unwrap().unwrap().length, LARGEST + 1);
        assert_eq!(gather.next().await.unwrap().unwrap().length, 1);
    }

    #[tokio::test]
    async fn short_ones_are_put_together_in_their_order() {
        static LONG: [u8; COPIED_BELOW] = [7; COPIED_BELOW];
        let mut gather = gather(vec![Ok(b"1"), Ok(b"2"), Ok(&LONG), Ok(b"3"), Ok(b"4")]);
        let pieces = gather.next().await.unwrap().unwrap();
        assert_eq!(pieces.length, COPIED_BELOW as u64 + 4);
        assert_eq!(pieces.bytes, [&b"12"[..], &LONG, b"34"]);
    }

    #[test]
    fn many_senders_share_the_memory() {
        let senders = Senders::default();
        let few: Vec<_> = (0..32).map(|_| senders.enter()).collect();
        assert_eq!(senders.piece(), LARGEST);
        let more: Vec<_> = (0..96).map(|_| senders.enter()).collect();
        assert_eq!(senders.piece(), LARGEST / 4);
        drop((few, more));
        assert_eq!(senders.piece(), LARGEST);
    }
}
