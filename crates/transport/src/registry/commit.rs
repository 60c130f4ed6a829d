//! Making a blob of an upload (distribution-spec, "Pushing blobs").

use http::{Method, StatusCode};
use portolan_oci::{Digest, Verified};
use url::Url;

use super::answer::Answer;
use super::ask::{Ask, To};
use super::holder::Holder;
use crate::{TransportError, TransportResult, UploadState};

impl Holder {
    pub(super) async fn commit(&self, upload: &UploadState, verified: &Verified) -> TransportResult<()> {
        if *verified.digest() != upload.digest || verified.size() != upload.offset {
            return Err(TransportError::Rejected {
                what: self.blob_named(&upload.digest),
                message: "what was proven is not what was uploaded".to_owned(),
            });
        }
        let ask = self.closing(upload)?;
        self.committed(&upload.digest, self.ask(ask).await).await
    }

    /// The request that ends an upload, without a body.
    pub(super) fn closing(&self, upload: &UploadState) -> TransportResult<Ask> {
        let mut ask = self.session(Method::PUT, upload)?;
        if let To::Url(url) = &mut ask.to {
            with_digest(url, &upload.digest);
        }
        Ok(ask)
    }

    /// The end of an upload may be lost on its way back: then the blob is there all the same.
    pub(super) async fn committed(
        &self,
        digest: &Digest,
        answered: TransportResult<Answer>,
    ) -> TransportResult<()> {
        let error = match answered {
            Ok(answer) if matches!(answer.status, StatusCode::CREATED | StatusCode::NO_CONTENT) => {
                answer.done().await;
                return Ok(());
            }
            Ok(answer) => answer.refused().await,
            Err(error) => error,
        };
        let unsure = matches!(error, TransportError::Unavailable { .. } | TransportError::SessionLost { .. });
        if unsure && self.has_blob(digest).await.unwrap_or(false) {
            return Ok(());
        }
        Err(error)
    }
}

/// The session's own query stays as it is.
fn with_digest(url: &mut Url, digest: &Digest) {
    url.query_pairs_mut().append_pair("digest", &digest.to_string());
}
