//! The revision of a mirror's settings, as tags of answers have it.

use http::header::{IF_MATCH, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue};
use portolan_catalog::Expected;
use portolan_oci::Digest;
use portolan_sync::settings::MirrorSettings;

use super::super::problem::{Kind, Problem};
use crate::live::MirrorOrigin;

/// The tag of settings.
pub(super) fn tag(origin: &MirrorOrigin, settings: &MirrorSettings) -> String {
    match origin {
        MirrorOrigin::Stored(revision) => stored(*revision),
        MirrorOrigin::File => {
            // Settings were read from a text, so they are one again.
            let text = serde_json::to_vec(settings).unwrap_or_default();
            format!("\"{}\"", Digest::sha256(&text).encoded())
        }
    }
}

/// The tag of settings that were made through the API.
pub(super) fn stored(revision: u64) -> String {
    format!("\"{revision}\"")
}

/// What a change expects to be there (RFC 9110 13.1).
pub(super) fn expected(headers: &HeaderMap) -> Result<Expected, Problem> {
    match (headers.get(IF_MATCH), headers.get(IF_NONE_MATCH)) {
        (None, None) => Ok(Expected::Anything),
        (None, Some(value)) if value == "*" => Ok(Expected::Nothing),
        (Some(value), None) => revision(value)
            .map(Expected::Revision)
            .ok_or_else(|| Kind::Precondition.because("`If-Match` names no revision of this mirror")),
        _ => Err(Kind::Invalid.because("either `If-Match: TAG` or `If-None-Match: *`")),
    }
}

fn revision(value: &HeaderValue) -> Option<u64> {
    value.to_str().ok()?.strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}
