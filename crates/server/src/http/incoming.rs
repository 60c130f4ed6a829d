//! The body of a request, as a stream that does not wait for ever.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt as _};
use tokio::sync::Mutex;

/// The client has sent nothing for as long as a body may pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nothing came for {0:?}")]
pub struct TooSlow(pub Duration);

/// Why a body ended before its end: [`TooSlow`], or what the connection said.
pub(crate) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The body of a request; clones are the same body. Who answers without reading all of it still has it: a client
/// that is in the middle of sending reads an answer only when what it sends is taken.
#[derive(Debug, Clone)]
pub struct RequestBody(Arc<Mutex<Option<BodyDataStream>>>);

/// How much of a body that nobody wants is taken all the same.
const UNWANTED: usize = 16 << 20;

/// For how long.
const PATIENCE: Duration = Duration::from_secs(5);

impl RequestBody {
    pub(crate) fn new(body: Body) -> Self {
        Self(Arc::new(Mutex::new(Some(body.into_data_stream()))))
    }

    /// The bytes. They end with an error when the client breaks off or pauses for too long.
    pub fn incoming(&self, pause: Duration) -> BoxStream<'static, Result<Bytes, Cause>> {
        let body = Self(Arc::clone(&self.0));
        futures::stream::unfold(body, move |body| async move {
            let piece = body.next(pause).await?;
            Some((piece, body))
        })
        .boxed()
    }

    async fn next(&self, pause: Duration) -> Option<Result<Bytes, Cause>> {
        let mut body = self.0.lock().await;
        let next = tokio::time::timeout(pause, body.as_mut()?.next()).await;
        let piece = match next {
            Ok(Some(Ok(piece))) => return Some(Ok(piece)),
            Ok(None) => None,
            Ok(Some(Err(cause))) => Some(Err(cause.into())),
            Err(_) => Some(Err(TooSlow(pause).into())),
        };
        *body = None;
        piece
    }

    /// Takes what is left of a body that is not too long, and drops it.
    pub(crate) async fn drop_rest(&self) {
        let dropping = async {
            let mut dropped = 0;
            while let Some(Ok(piece)) = self.next(PATIENCE).await {
                dropped += piece.len();
                if dropped > UNWANTED {
                    return;
                }
            }
        };
        // Whoever is slower than that does without an answer.
        let _ = tokio::time::timeout(PATIENCE, dropping).await;
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    fn some() -> stream::Iter<std::array::IntoIter<Result<Bytes, std::io::Error>, 1>> {
        stream::iter([Ok(Bytes::from_static(b"some"))])
    }

    #[tokio::test]
    async fn a_body_that_pauses_too_long_ends_with_an_error() {
        let pause = Duration::from_millis(20);
        let body = RequestBody::new(Body::from_stream(some().chain(stream::pending())));
        let mut bytes = body.incoming(pause);
        assert_eq!(bytes.next().await.unwrap().unwrap(), "some");
        let cause = bytes.next().await.unwrap().unwrap_err();
        assert_eq!(cause.downcast_ref(), Some(&TooSlow(pause)));
        assert!(bytes.next().await.is_none());
        body.drop_rest().await;
    }

    #[tokio::test]
    async fn what_nobody_read_is_dropped() {
        let body = RequestBody::new(Body::from_stream(some()));
        body.drop_rest().await;
        assert!(body.incoming(PATIENCE).next().await.is_none());
    }
}
