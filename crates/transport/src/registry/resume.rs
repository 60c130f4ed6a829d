//! How far an upload has come (distribution-spec, "Pushing a blob in chunks").

use http::{Method, StatusCode, header};

use super::headers::taken;
use super::holder::Holder;
use crate::{Resumed, TransportError, TransportResult, UploadState};

impl Holder {
    pub(super) async fn resume(&self, upload: &UploadState) -> TransportResult<Resumed> {
        let answer = match self.session(Method::GET, upload) {
            Ok(ask) => self.ask(ask).await?,
            Err(TransportError::SessionLost { .. }) => return Ok(Resumed::Gone),
            Err(error) => return Err(error),
        };
        match answer.status {
            StatusCode::NO_CONTENT | StatusCode::OK | StatusCode::ACCEPTED => {}
            // The session is unknown, or its registry cannot tell how far it has come.
            StatusCode::NOT_FOUND
            | StatusCode::GONE
            | StatusCode::BAD_REQUEST
            | StatusCode::METHOD_NOT_ALLOWED
            | StatusCode::RANGE_NOT_SATISFIABLE => {
                answer.done().await;
                return Ok(Resumed::Gone);
            }
            _ => return Err(answer.refused().await),
        }
        let offset = match answer.text(header::RANGE) {
            None => 0,
            Some(range) => match taken(range, upload.offset) {
                Some(offset) => offset,
                None => return Err(answer.broken("a range that cannot be read")),
            },
        };
        let session = self.session_of(&answer)?.unwrap_or_else(|| upload.session.clone());
        answer.done().await;
        Ok(Resumed::At(UploadState { offset, session, ..upload.clone() }))
    }
}
