//! What a tag or digest points at (distribution-spec, "Checking if content exists in the registry").

use http::{Method, StatusCode, header};
use portolan_oci::{Descriptor, Digest, MediaType, TagOrDigest};

use super::answer::Answer;
use super::ask::Ask;
use super::holder::Holder;
use super::manifest::accepted;
use crate::TransportResult;

impl Holder {
    /// One HEAD; a GET where that says too little or is refused.
    pub(super) async fn resolve(&self, reference: &TagOrDigest) -> TransportResult<Descriptor> {
        let ask =
            Ask::new(Method::HEAD, format!("manifests/{reference}"), self.pull(), self.named(reference))
                .header(header::ACCEPT, accepted());
        let answer = self.ask(ask).await?;
        match answer.status {
            StatusCode::OK => {
                if let Some(descriptor) = descriptor(&answer, reference) {
                    return Ok(descriptor);
                }
            }
            StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {}
            _ => return Err(answer.refused().await),
        }
        answer.done().await;
        Ok(self.manifest(reference).await?.descriptor())
    }
}

/// What the headers tell, if they tell all.
fn descriptor(answer: &Answer, reference: &TagOrDigest) -> Option<Descriptor> {
    let told = content_digest(answer);
    let digest = match reference {
        TagOrDigest::Digest(digest) => *digest,
        TagOrDigest::Tag(_) => told?,
    };
    let media_type: MediaType = answer.text(header::CONTENT_TYPE)?.parse().ok()?;
    let size = answer.text(header::CONTENT_LENGTH)?.parse().ok()?;
    media_type.is_manifest().then(|| Descriptor::new(media_type, digest, size))
}

/// `Docker-Content-Digest`, if it is there and one that we can check.
pub(super) fn content_digest(answer: &Answer) -> Option<Digest> {
    answer.text("docker-content-digest")?.trim().parse().ok()
}
