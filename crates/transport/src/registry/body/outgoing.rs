//! The body of a request.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::{Stream, StreamExt};

use crate::registry::bandwidth::Toll;
use crate::{ByteStream, TransportError};

/// How a body is getting on, seen from outside.
#[derive(Default)]
pub(in crate::registry) struct Progress {
    steps: AtomicU64,
    /// The line would take more, but there is nothing to send: the source is slow, not the registry.
    hungry: AtomicBool,
    ended: AtomicBool,
    unsent: Mutex<Option<ByteStream>>,
    error: Mutex<Option<TransportError>>,
}

impl Progress {
    /// A number that grows whenever something moves.
    pub(in crate::registry) fn steps(&self) -> u64 {
        self.steps.load(Ordering::Relaxed)
    }

    /// Whether the registry can do nothing but wait for us.
    pub(in crate::registry) fn is_hungry(&self) -> bool {
        self.hungry.load(Ordering::Relaxed)
    }

    /// Whether all was sent.
    pub(in crate::registry) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// The stream, if the request ended before any of it was wanted.
    pub(in crate::registry) fn take_unsent(&self) -> Option<ByteStream> {
        self.unsent.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Why the stream broke off, if it did.
    pub(in crate::registry) fn take_error(&self) -> Option<TransportError> {
        self.error.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A stream of exactly `left` bytes on its way out.
pub(in crate::registry) struct Outgoing {
    stream: Option<ByteStream>,
    started: bool,
    left: u64,
    progress: Arc<Progress>,
    toll: Toll,
}

/// The connection is broken off; the reason lies in [`Progress`].
#[derive(Debug, thiserror::Error)]
#[error("the content broke off")]
pub(in crate::registry) struct BrokenOff;

impl Outgoing {
    pub(in crate::registry) fn new(length: u64, stream: ByteStream, toll: Toll) -> (Self, Arc<Progress>) {
        let progress = Arc::new(Progress::default());
        (
            Self {
                stream: Some(stream),
                started: false,
                left: length,
                progress: Arc::clone(&progress),
                toll,
            },
            progress,
        )
    }

    fn fail(&mut self, error: TransportError) -> Poll<Option<Result<Bytes, BrokenOff>>> {
        self.stream = None;
        *self.progress.error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        Poll::Ready(Some(Err(BrokenOff)))
    }
}

impl Stream for Outgoing {
    type Item = Result<Bytes, BrokenOff>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.started = true;
        if self.toll.poll_paid(cx).is_pending() {
            self.progress.hungry.store(true, Ordering::Relaxed);
            return Poll::Pending;
        }
        let Some(stream) = self.stream.as_mut() else { return Poll::Ready(None) };
        let polled = stream.poll_next_unpin(cx);
        self.progress.hungry.store(polled.is_pending(), Ordering::Relaxed);
        let Poll::Ready(next) = polled else { return Poll::Pending };
        self.progress.steps.fetch_add(1, Ordering::Relaxed);
        match next {
            Some(Ok(bytes)) => match self.left.checked_sub(bytes.len() as u64) {
                Some(left) => {
                    self.left = left;
                    self.toll.charge(bytes.len());
                    Poll::Ready(Some(Ok(bytes)))
                }
                None => self.fail(wrong_length("more")),
            },
            Some(Err(error)) => self.fail(error),
            None if self.left > 0 => self.fail(wrong_length("fewer")),
            None => {
                self.progress.ended.store(true, Ordering::Relaxed);
                Poll::Ready(None)
            }
        }
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        if !self.started {
            *self.progress.unsent.lock().unwrap_or_else(PoisonError::into_inner) = self.stream.take();
        } else if self.left == 0 {
            // The line does not ask for the end of a body whose length it knows.
            self.progress.ended.store(true, Ordering::Relaxed);
        }
    }
}

fn wrong_length(compared: &str) -> TransportError {
    TransportError::Unavailable {
        what: "sending content".to_owned(),
        cause: format!("its source gave {compared} bytes than announced").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(pieces: &[&'static str]) -> ByteStream {
        let pieces: Vec<_> = pieces.iter().map(|piece| Ok(Bytes::from_static(piece.as_bytes()))).collect();
        futures::stream::iter(pieces).boxed()
    }

    #[tokio::test]
    async fn a_stream_that_nobody_wanted_comes_back() {
        let (outgoing, progress) = Outgoing::new(3, content(&["abc"]), Toll::default());
        drop(outgoing);
        let back: Vec<_> = progress.take_unsent().unwrap().collect().await;
        assert_eq!(back.len(), 1);
        assert!(!progress.has_ended());

        let (mut outgoing, progress) = Outgoing::new(3, content(&["abc"]), Toll::default());
        assert!(outgoing.next().await.unwrap().is_ok());
        drop(outgoing);
        assert!(progress.take_unsent().is_none() && progress.has_ended());
    }

    #[tokio::test]
    async fn a_stream_of_another_length_is_broken_off() {
        for pieces in [["ab", "cd"], ["a", "b"]] {
            let (mut outgoing, progress) = Outgoing::new(3, content(&pieces), Toll::default());
            assert!(outgoing.next().await.unwrap().is_ok());
            while let Some(Ok(_)) = outgoing.next().await {}
            assert!(progress.take_error().is_some(), "{pieces:?}");
        }
    }
}
