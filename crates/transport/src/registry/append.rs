//! Sending a chunk of a blob (distribution-spec, "Pushing a blob in chunks").

use http::{HeaderValue, Method, StatusCode, header};

use super::ask::Payload;
use super::headers::taken;
use super::holder::Holder;
use crate::{Chunk, Support, TransportError, TransportResult, UploadState, Weight};

impl Holder {
    pub(super) async fn append(&self, upload: &UploadState, chunk: Chunk) -> TransportResult<UploadState> {
        if chunk.is_empty() {
            return Ok(upload.clone());
        }
        let length = chunk.len();
        let end = upload.offset.saturating_add(length);
        let mut ask = self
            .session(Method::PATCH, upload)?
            .header(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"))
            .header(header::CONTENT_RANGE, content_range(upload.offset, end)?);
        ask.payload = Payload::Stream(length, chunk.into_stream());
        ask.weight = Weight::Upload;
        let answer = self.ask(ask).await?;
        if !matches!(answer.status, StatusCode::ACCEPTED | StatusCode::CREATED | StatusCode::NO_CONTENT) {
            if matches!(answer.status, StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED) {
                self.client.learnt.resumable_upload.learn(Support::No);
            }
            return Err(answer.refused().await);
        }
        if let Some(offset) = answer.text(header::RANGE).and_then(|range| taken(range, end))
            && offset != end
        {
            return Err(TransportError::Unavailable {
                what: answer.about.what,
                cause: format!("the registry has taken {offset} of {end} bytes").into(),
            });
        }
        self.client.learnt.resumable_upload.learn(Support::Yes);
        let session = self.session_of(&answer)?.unwrap_or_else(|| upload.session.clone());
        answer.done().await;
        Ok(UploadState { offset: end, session, ..upload.clone() })
    }
}

/// `<first>-<last>`, the last inclusive, without a unit.
pub(super) fn content_range(start: u64, end: u64) -> TransportResult<HeaderValue> {
    HeaderValue::try_from(format!("{start}-{}", end.saturating_sub(1)))
        .map_err(|_| TransportError::Unsupported { what: "a range of this size".to_owned() })
}
