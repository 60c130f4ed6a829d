//! Beginning an upload, or avoiding it (distribution-spec, "Pushing blobs" and "Mounting a blob from another
//! repository").

use http::{Method, StatusCode};
use portolan_oci::{Algorithm, Digest};

use super::answer::Answer;
use super::ask::Ask;
use super::auth::Scope;
use super::holder::Holder;
use crate::{Begun, MountFrom, Support, TransportError, TransportResult, UploadState};

impl Holder {
    pub(super) async fn begin(&self, digest: &Digest, mount: &MountFrom) -> TransportResult<Begun> {
        let (query, scope) = match mount {
            MountFrom::Nowhere => return self.begin_upload(digest).await,
            // docker-registry 2.8 answers 201 to the mount of such a blob, and can never read it after that.
            _ if digest.algorithm() != Algorithm::Sha256 => return self.begin_upload(digest).await,
            MountFrom::Anywhere => (format!("?mount={digest}"), self.push()),
            MountFrom::Repository(from) => {
                (format!("?mount={digest}&from={from}"), Scope::mount(&self.repository, from))
            }
        };
        let answer = match self.ask(self.opening(digest, &query, scope)).await {
            Ok(answer) => answer,
            // Whoever may not read the other repository uploads.
            Err(TransportError::Unauthorized { .. } | TransportError::Denied { .. }) => {
                return self.begin_upload(digest).await;
            }
            Err(error) => return Err(error),
        };
        match answer.status {
            StatusCode::CREATED => {
                answer.done().await;
                self.client.learnt.mount.learn(Support::Yes);
                if *mount == MountFrom::Anywhere {
                    self.client.learnt.anonymous_mount.learn(Support::Yes);
                }
                Ok(Begun::Mounted)
            }
            StatusCode::ACCEPTED => self.begun(digest, answer).await,
            status if status.is_client_error() => {
                tracing::debug!(status = status.as_u16(), place = %self.location, "the mount was refused");
                answer.done().await;
                self.begin_upload(digest).await
            }
            _ => Err(answer.refused().await),
        }
    }

    async fn begin_upload(&self, digest: &Digest) -> TransportResult<Begun> {
        // Announced by registries of the next specification; the others take no notice.
        let query = match digest.algorithm() {
            Algorithm::Sha256 => "",
            Algorithm::Sha512 => "?digest-algorithm=sha512",
        };
        let answer = self.ask(self.opening(digest, query, self.push())).await?;
        match answer.status {
            StatusCode::ACCEPTED => self.begun(digest, answer).await,
            _ => Err(answer.refused().await),
        }
    }

    fn opening(&self, digest: &Digest, query: &str, scope: Scope) -> Ask {
        let what = self.blob_named(digest);
        Ask::new(Method::POST, format!("blobs/uploads/{query}"), scope, what)
    }

    async fn begun(&self, digest: &Digest, answer: Answer) -> TransportResult<Begun> {
        let Some(session) = self.session_of(&answer)? else {
            return Err(answer.broken("an upload without an address"));
        };
        let min_chunk = answer.text("oci-chunk-min-length").and_then(|text| text.trim().parse().ok());
        answer.done().await;
        Ok(Begun::Upload(UploadState { digest: *digest, offset: 0, session, min_chunk }))
    }
}
