//! A body on its way through the proxy: counted, slowed down, changed, cut.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame};
use http_body_util::combinators::BoxBody;
use tokio::time::Sleep;

use super::pace::Pace;
use super::serve::Broken;
use super::watched::Flushes;

/// What is done to a body besides counting it.
#[derive(Debug, Default)]
pub(super) struct Edits {
    /// Where the body stops, and how.
    pub(super) stop: Option<(u64, Stop)>,
    /// Which byte is changed.
    pub(super) corrupt: Option<u64>,
    /// What comes after the end.
    pub(super) append: Option<Bytes>,
}

/// How a body stops before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The connection breaks when what came before has gone out.
    Cut,
    /// Nothing more comes.
    Stall,
    /// As if it were the end.
    End,
}

type Piece = Result<Frame<Bytes>, Broken>;

pub(super) struct Tap {
    inner: BoxBody<Bytes, hyper::Error>,
    edits: Edits,
    pace: Arc<Pace>,
    counter: Arc<AtomicU64>,
    flushes: Arc<Flushes>,
    passed: u64,
    held: Option<(Pin<Box<Sleep>>, Bytes)>,
    /// The flushes seen when the cut was reached.
    cut_at: Option<u64>,
}

impl Tap {
    pub(super) fn new(
        inner: BoxBody<Bytes, hyper::Error>,
        edits: Edits,
        pace: &Arc<Pace>,
        counter: &Arc<AtomicU64>,
        flushes: &Arc<Flushes>,
    ) -> Self {
        Self {
            inner,
            edits,
            pace: Arc::clone(pace),
            counter: Arc::clone(counter),
            flushes: Arc::clone(flushes),
            passed: 0,
            held: None,
            cut_at: None,
        }
    }

    fn poll_stopped(&mut self, cx: &Context<'_>) -> Option<Poll<Option<Piece>>> {
        let (at, stop) = self.edits.stop?;
        if self.passed < at {
            return None;
        }
        Some(match stop {
            Stop::End => Poll::Ready(None),
            Stop::Stall => Poll::Pending,
            Stop::Cut => {
                let seen = *self.cut_at.get_or_insert_with(|| self.flushes.count());
                self.flushes.poll_after(seen, cx).map(|()| Some(Err(Broken::OnPurpose)))
            }
        })
    }

    /// Cuts and changes a piece.
    fn edit(&mut self, mut piece: Bytes) -> Bytes {
        if let Some((at, _)) = self.edits.stop {
            piece.truncate(usize::try_from(at - self.passed).unwrap_or(usize::MAX));
        }
        let corrupt = self.edits.corrupt.and_then(|at| at.checked_sub(self.passed));
        if let Some(at) = corrupt.and_then(|at| usize::try_from(at).ok()).filter(|at| *at < piece.len()) {
            let mut changed = BytesMut::from(piece);
            changed[at] ^= 0x55;
            piece = changed.freeze();
        }
        self.passed += piece.len() as u64;
        piece
    }

    fn pass(&mut self, piece: Bytes) -> Poll<Option<Piece>> {
        self.counter.fetch_add(piece.len() as u64, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }
}

impl Body for Tap {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Piece>> {
        if let Some((sleep, piece)) = &mut self.held {
            ready!(sleep.as_mut().poll(cx));
            let piece = std::mem::take(piece);
            self.held = None;
            return self.pass(piece);
        }
        if let Some(stopped) = self.poll_stopped(cx) {
            return stopped;
        }
        let data = match ready!(Pin::new(&mut self.inner).poll_frame(cx)) {
            None => match self.edits.append.take() {
                None => return Poll::Ready(None),
                Some(more) => more,
            },
            Some(Err(error)) => return Poll::Ready(Some(Err(Broken::Connection(error)))),
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => data,
                Err(trailers) => return Poll::Ready(Some(Ok(trailers.map_data(|_: Bytes| Bytes::new())))),
            },
        };
        let piece = self.edit(data);
        match self.pace.take(piece.len()) {
            None => self.pass(piece),
            Some(until) => {
                self.held = Some((Box::pin(tokio::time::sleep_until(until)), piece));
                self.poll_frame(cx)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.held.is_none()
            && self.edits.append.is_none()
            && self.edits.stop.is_none_or(|(_, stop)| stop == Stop::End)
            && self.inner.is_end_stream()
    }
}
