//! Whether a blob is there (distribution-spec, "Checking if content exists in the registry").

use http::{Method, StatusCode};
use portolan_oci::Digest;

use super::ask::Ask;
use super::holder::Holder;
use crate::TransportResult;

impl Holder {
    pub(super) async fn has_blob(&self, digest: &Digest) -> TransportResult<bool> {
        let ask = Ask::new(Method::HEAD, format!("blobs/{digest}"), self.push(), self.blob_named(digest));
        let answer = self.ask(ask).await?;
        match answer.status {
            StatusCode::OK => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            _ => Err(answer.refused().await),
        }
    }
}
