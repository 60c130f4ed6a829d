//! The body of an answer.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::Body as _;
use tokio::time::{Instant, Sleep};

use crate::registry::bandwidth::Toll;
use crate::registry::failure::Failure;
use crate::registry::throttle::Entered;

/// How much of a body that nobody wants is read, so that its connection can be used again.
const WORTH_DRAINING: usize = 64 * 1024;

/// A body being read. Its place in the host's queue is kept until the end.
pub(in crate::registry) struct Incoming {
    body: reqwest::Body,
    idle: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    /// Whether the timer counts: it starts when the line is first found empty, so that a slow reader is never
    /// taken for a slow registry.
    counting: bool,
    entered: Option<Entered>,
    toll: Toll,
}

impl Incoming {
    pub(in crate::registry) fn new(body: reqwest::Body, idle: Duration, entered: Option<Entered>) -> Self {
        Self { body, idle, timer: None, counting: false, entered, toll: Toll::default() }
    }

    /// The same body, held back as far as its line is limited.
    pub(in crate::registry) fn paying(self, toll: Toll) -> Self {
        Self { toll, ..self }
    }

    /// A body that has been read.
    pub(in crate::registry) fn at_hand(bytes: Bytes) -> Self {
        Self::new(bytes.into(), Duration::ZERO, None)
    }

    /// The next bytes as they came; `None` at the end.
    pub(in crate::registry) async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        poll_fn(|cx| self.poll_chunk(cx)).await
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Failure>> {
        ready!(self.toll.poll_paid(cx));
        loop {
            let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) else {
                ready!(self.poll_silence(cx));
                return Poll::Ready(Err(Failure::Silence(self.idle)));
            };
            self.counting = false;
            return Poll::Ready(match frame {
                None => {
                    self.entered = None;
                    Ok(None)
                }
                Some(Err(cause)) => Err(cause.into()),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => {
                        self.toll.charge(bytes.len());
                        Ok(Some(bytes))
                    }
                    // Trailers.
                    Err(_) => continue,
                },
            });
        }
    }

    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(self.idle)));
        if !self.counting {
            timer.as_mut().reset(Instant::now() + self.idle);
            self.counting = true;
        }
        timer.as_mut().poll(cx)
    }

    /// The whole body; `None` if it is longer than `limit`.
    pub(in crate::registry) async fn all(mut self, limit: usize) -> Result<Option<Bytes>, Failure> {
        let Some(first) = self.chunk().await? else { return Ok(Some(Bytes::new())) };
        let Some(second) = self.chunk().await? else { return Ok((first.len() <= limit).then_some(first)) };
        let mut all = BytesMut::from(first);
        all.extend_from_slice(&second);
        while all.len() <= limit {
            match self.chunk().await? {
                Some(chunk) => all.extend_from_slice(&chunk),
                None => return Ok(Some(all.freeze())),
            }
        }
        Ok(None)
    }

    /// Gives up the connection and the place in the queue.
    pub(in crate::registry) fn abandon(&mut self) {
        self.body = reqwest::Body::default();
        self.entered = None;
    }

    /// Reads what is left, if it is little.
    pub(in crate::registry) async fn drain(mut self) {
        let mut left = WORTH_DRAINING;
        while let Ok(Some(chunk)) = self.chunk().await {
            match left.checked_sub(chunk.len()) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    }
}
