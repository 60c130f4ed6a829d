//! A connection whose other end has to read what it asked for.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// A connection that breaks when the other end takes nothing of what is written for too long: an answer that nobody
/// reads would keep its place, its file and its memory for ever.
#[derive(Debug)]
pub(super) struct Reading<S> {
    connection: S,
    pause: Duration,
    /// Since the other end takes nothing.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<S> Reading<S> {
    /// The other end may take nothing for this long.
    pub(super) fn new(connection: S, pause: Duration) -> Self {
        Self { connection, pause, waiting: None }
    }

    /// What a write came to: one that has to wait does not wait for ever.
    fn written<T>(&mut self, written: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waiting = None;
            return written;
        }
        let pause = self.pause;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(pause)));
        waiting.as_mut().poll(context).map(|()| {
            let message = format!("the client read nothing for {pause:?}");
            Err(io::Error::new(io::ErrorKind::TimedOut, message))
        })
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Reading<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Reading<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.connection).poll_write(context, bytes);
        self.written(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.connection).poll_write_vectored(context, pieces);
        self.written(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.connection.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.connection).poll_flush(context);
        self.written(flushed, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let ended = Pin::new(&mut self.connection).poll_shutdown(context);
        self.written(ended, context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const PAUSE: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn who_reads_nothing_is_left() {
        let (ours, theirs) = tokio::io::duplex(16);
        let mut connection = Reading::new(ours, PAUSE);
        let error = connection.write_all(&[0; 64]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(theirs);
    }

    #[tokio::test]
    async fn who_reads_gets_all_and_is_heard() {
        let (ours, mut theirs) = tokio::io::duplex(16);
        let mut connection = Reading::new(ours, Duration::from_secs(60));
        let reader = tokio::spawn(async move {
            let mut read = vec![0; 64];
            theirs.read_exact(&mut read).await.unwrap();
            theirs.write_all(b"thanks").await.unwrap();
            read
        });
        connection.write_all(&[7; 64]).await.unwrap();
        connection.flush().await.unwrap();
        let mut said = [0; 6];
        connection.read_exact(&mut said).await.unwrap();
        assert_eq!((reader.await.unwrap(), &said), (vec![7; 64], b"thanks"));
    }
}
