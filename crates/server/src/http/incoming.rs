//! The body of a request, as a stream that does not wait for ever.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt as _};

/// The client has sent nothing for as long as a body may pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nothing came for {0:?}")]
pub struct TooSlow(pub Duration);

/// Why a body ended before its end: [`TooSlow`], or what the connection said.
pub(crate) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The bytes of a body. It ends with an error when the client breaks off or pauses for too long.
pub fn incoming(body: Body, pause: Duration) -> BoxStream<'static, Result<Bytes, Cause>> {
    let bytes = body.into_data_stream();
    futures::stream::unfold(Some(bytes), move |bytes| async move {
        let mut bytes = bytes?;
        match tokio::time::timeout(pause, bytes.next()).await {
            Ok(None) => None,
            Ok(Some(Ok(piece))) => Some((Ok(piece), Some(bytes))),
            Ok(Some(Err(cause))) => Some((Err(cause.into()), None)),
            Err(_) => Some((Err(TooSlow(pause).into()), None)),
        }
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    #[tokio::test]
    async fn a_body_that_pauses_too_long_ends_with_an_error() {
        let first = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"some"))]);
        let body = Body::from_stream(first.chain(stream::pending()));
        let mut bytes = incoming(body, Duration::from_millis(20));
        assert_eq!(bytes.next().await.unwrap().unwrap(), "some");
        let cause = bytes.next().await.unwrap().unwrap_err();
        assert_eq!(cause.downcast_ref(), Some(&TooSlow(Duration::from_millis(20))));
        assert!(bytes.next().await.is_none());
    }
}
