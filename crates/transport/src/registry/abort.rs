//! Giving an upload up (distribution-spec, "Cancelling an upload", of the next version).

use http::Method;

use super::holder::Holder;
use crate::{TransportError, TransportResult, UploadState};

impl Holder {
    /// A registry that cannot remove an upload lets it expire.
    pub(super) async fn abort(&self, upload: &UploadState) -> TransportResult<()> {
        let ask = match self.session(Method::DELETE, upload) {
            Ok(ask) => ask,
            Err(TransportError::SessionLost { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        let answer = self.ask(ask).await?;
        if answer.status.is_server_error() {
            return Err(answer.refused().await);
        }
        answer.done().await;
        Ok(())
    }
}
