//! A connection that tells when everything written to it has gone out.
//!
//! A body that is to be cut after byte n must not fail while those bytes still lie in a buffer.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use futures::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Counts how often the connection was flushed to its end.
#[derive(Debug, Default)]
pub(super) struct Flushes {
    count: AtomicU64,
    waker: AtomicWaker,
}

impl Flushes {
    pub(super) fn count(&self) -> u64 {
        self.count.load(Ordering::Acquire)
    }

    /// Ready when there was a flush after the `seen`th.
    pub(super) fn poll_after(&self, seen: u64, cx: &Context<'_>) -> Poll<()> {
        self.waker.register(cx.waker());
        if self.count() > seen { Poll::Ready(()) } else { Poll::Pending }
    }
}

#[derive(Debug)]
pub(super) struct Watched<S> {
    stream: S,
    flushes: Arc<Flushes>,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S) -> (Self, Arc<Flushes>) {
        let flushes = Arc::<Flushes>::default();
        (Self { stream, flushes: Arc::clone(&flushes) }, flushes)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        if matches!(flushed, Poll::Ready(Ok(()))) {
            self.flushes.count.fetch_add(1, Ordering::AcqRel);
            self.flushes.waker.wake();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
