//! Reading a manifest (distribution-spec, "Pulling manifests").

use std::sync::OnceLock;

use http::{HeaderValue, Method, StatusCode, header};
use portolan_oci::{Digest, MAX_MANIFEST_BYTES, MediaType, RawManifest, TagOrDigest};

use super::ask::Ask;
use super::holder::Holder;
use super::resolve::content_digest;
use crate::{TransportError, TransportResult};

impl Holder {
    pub(super) async fn manifest(&self, reference: &TagOrDigest) -> TransportResult<RawManifest> {
        let what = self.named(reference);
        let mut ask = Ask::new(Method::GET, format!("manifests/{reference}"), self.pull(), what.clone())
            .header(header::ACCEPT, accepted());
        ask.whole = Some(MAX_MANIFEST_BYTES);
        let answer = self.ask(ask).await?;
        if answer.status != StatusCode::OK {
            return Err(answer.refused().await);
        }
        let media_type: Option<MediaType> =
            answer.text(header::CONTENT_TYPE).and_then(|text| text.parse().ok());
        let told = content_digest(&answer);
        let bytes = answer.bytes(MAX_MANIFEST_BYTES).await?;
        let digest = match (reference, told) {
            (TagOrDigest::Digest(digest), _) => *digest,
            (TagOrDigest::Tag(_), Some(told)) => told,
            (TagOrDigest::Tag(_), None) => Digest::sha256(&bytes),
        };
        RawManifest::with_digest(bytes, media_type.as_ref(), digest)
            .map_err(|cause| TransportError::raw_manifest(what, cause))
    }
}

/// What is asked for: the manifest types that are known, and then any other: some registries refuse to give an
/// artifact's manifest when its type is not named.
pub(super) fn accepted() -> HeaderValue {
    static ACCEPTED: OnceLock<HeaderValue> = OnceLock::new();
    let make = || {
        let mut types: Vec<_> = MediaType::MANIFESTS.iter().map(ToString::to_string).collect();
        types.push("*/*".to_owned());
        HeaderValue::try_from(types.join(", ")).unwrap_or(HeaderValue::from_static("*/*"))
    };
    ACCEPTED.get_or_init(make).clone()
}
