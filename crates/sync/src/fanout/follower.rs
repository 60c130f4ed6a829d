//! One target's view of the bytes on their way.

use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt as _;
use portolan_transport::{ByteStream, Chunk, Content, Piece, TransportError, TransportResult};

use super::spool::Spool;
use super::window::{End, Fanout, Feed};

/// Takes the bytes of a [`Fanout`] at the pace of one target. Clones share one position.
#[derive(Clone)]
pub(crate) struct Follower {
    fanout: Arc<Fanout>,
    index: usize,
}

/// What there is for a follower now.
enum Next {
    Piece(Piece),
    Spooled(Arc<Spool>, u64, u64),
    Wait,
}

impl Follower {
    /// The follower that was given as number `index` when the fan-out was made.
    pub(crate) fn new(fanout: &Arc<Fanout>, index: usize) -> Self {
        Self { fanout: Arc::clone(fanout), index }
    }

    /// Stops following, so that nobody waits for this one.
    pub(crate) fn leave(&self) {
        if let Some(cursor) = self.fanout.state().followers.get_mut(self.index) {
            cursor.feed = Feed::Gone;
        }
        self.fanout.taken.notify_waiters();
        self.fanout.turned.notify_waiters();
    }

    /// The next `len` bytes, to be appended to an upload.
    pub(crate) fn chunk(&self, len: u64) -> Chunk {
        let stream = futures::stream::try_unfold((self.clone(), len), |(follower, left)| async move {
            if left == 0 {
                return Ok(None);
            }
            let bytes = follower.next(left).await?.bytes().clone();
            if bytes.is_empty() {
                return Ok(None);
            }
            let left = left - bytes.len() as u64;
            Ok(Some((bytes, (follower, left))))
        });
        let stream: ByteStream = stream.boxed();
        Chunk::new(len, stream)
    }

    /// All `remaining` bytes, the last with their proof.
    pub(crate) fn rest(&self, remaining: u64) -> Content {
        let pieces = futures::stream::try_unfold(Some(self.clone()), |follower| async move {
            let Some(follower) = follower else { return Ok(None) };
            let piece = follower.next(u64::MAX).await?;
            let rest = match piece {
                Piece::Data(_) => Some(follower),
                Piece::Last(..) => None,
            };
            TransportResult::Ok(Some((piece, rest)))
        });
        Content::new(remaining, pieces.boxed())
    }

    async fn next(&self, limit: u64) -> TransportResult<Piece> {
        loop {
            let arrived = self.fanout.arrived.notified();
            tokio::pin!(arrived);
            arrived.as_mut().enable();
            match self.look(limit)? {
                Next::Piece(piece) => {
                    self.fanout.taken.notify_waiters();
                    return Ok(piece);
                }
                Next::Spooled(spool, at, limit) => {
                    let bytes = spool.read(at, limit).await.map_err(|cause| lost(cause.into()))?;
                    let piece = self.fanout.state().advance(self.index, bytes);
                    self.fanout.taken.notify_waiters();
                    return Ok(piece);
                }
                Next::Wait => arrived.await,
            }
        }
    }

    fn look(&self, limit: u64) -> TransportResult<Next> {
        let mut state = self.fanout.state();
        let Some(cursor) = state.followers.get(self.index) else { return Ok(Next::Wait) };
        let (at, feed) = (cursor.at, cursor.feed);
        if let Some(End::Failed(cause)) = &state.end {
            return Err(lost(Box::new(Arc::clone(cause))));
        }
        if at >= state.head {
            return Ok(match &state.end {
                Some(End::Verified(verified)) => Next::Piece(Piece::Last(Bytes::new(), verified.clone())),
                _ => Next::Wait,
            });
        }
        match feed {
            Feed::Gone => Err(lost("its spool failed".into())),
            Feed::Spool => {
                let spool = state.spool.clone().ok_or_else(|| lost("its spool is gone".into()))?;
                let readable = spool.until().min(state.head);
                Ok(if at < readable {
                    Next::Spooled(spool, at, limit.min(readable - at))
                } else {
                    Next::Wait
                })
            }
            Feed::Window => {
                let bytes = state.take(at, limit).ok_or_else(|| lost("it fell out of the window".into()))?;
                Ok(Next::Piece(state.advance(self.index, bytes)))
            }
        }
    }
}

impl super::window::State {
    /// Moves a follower past `bytes` and says whether they are the last.
    fn advance(&mut self, index: usize, bytes: Bytes) -> Piece {
        let mut at = 0;
        if let Some(cursor) = self.followers.get_mut(index) {
            cursor.at += bytes.len() as u64;
            at = cursor.at;
        }
        self.trim();
        match &self.end {
            Some(End::Verified(verified)) if at >= self.head => Piece::Last(bytes, verified.clone()),
            _ => Piece::Data(bytes),
        }
    }
}

/// The reading behind this follower failed; the real cause is kept by the fan-out.
fn lost(cause: portolan_transport::Cause) -> TransportError {
    TransportError::Unavailable { what: "reading the blob from its source".to_owned(), cause }
}
