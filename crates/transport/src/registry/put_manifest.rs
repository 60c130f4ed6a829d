//! Writing a manifest (distribution-spec, "Pushing Manifests").

use http::{HeaderValue, Method, StatusCode, header};
use portolan_oci::{Algorithm, RawManifest, TagOrDigest};

use super::ask::{Ask, Payload};
use super::holder::Holder;
use super::resolve::content_digest;
use super::status::Sends;
use crate::{PutAs, PutOutcome, Support, TransportError, TransportResult};

impl Holder {
    pub(super) async fn put_manifest(
        &self,
        manifest: &RawManifest,
        name: &PutAs,
    ) -> TransportResult<PutOutcome> {
        let reference = match name {
            PutAs::Digest => TagOrDigest::Digest(*manifest.digest()),
            PutAs::Tag(tag) => TagOrDigest::Tag(tag.clone()),
        };
        let what = self.named(&reference);
        let media_type = HeaderValue::from_str(manifest.media_type().as_str())
            .map_err(|_| TransportError::Unsupported { what: what.clone() })?;
        let mut ask = Ask::new(Method::PUT, format!("manifests/{reference}"), self.push(), what)
            .header(header::CONTENT_TYPE, media_type);
        ask.payload = Payload::Whole(manifest.bytes().clone());
        ask.sends = Sends::Manifest;
        let answer = self.ask(ask).await?;
        if !matches!(answer.status, StatusCode::CREATED | StatusCode::OK | StatusCode::ACCEPTED) {
            let only_sha256 = answer.status == StatusCode::BAD_REQUEST
                && *name == PutAs::Digest
                && manifest.digest().algorithm() != Algorithm::Sha256;
            return Err(match answer.refused().await {
                TransportError::Rejected { what, .. } if only_sha256 => TransportError::Unsupported { what },
                refused => refused,
            });
        }
        // Under a tag a registry names a manifest by the algorithm of its choice.
        if let Some(told) = content_digest(&answer)
            && told.algorithm() == manifest.digest().algorithm()
            && told != *manifest.digest()
        {
            return Err(answer.broken(&format!("it stored the manifest as {told}")));
        }
        let subject = answer.headers.contains_key("oci-subject");
        answer.done().await;
        if subject {
            self.client.learnt.referrers_api.learn(Support::Yes);
            return Ok(PutOutcome::StoredWithSubject);
        }
        Ok(PutOutcome::Stored)
    }
}
