//! The referrers tag schema: lists of referrers at targets without the referrers API (distribution-spec,
//! "Referrers Tag Schema").

use bytes::Bytes;
use portolan_oci::{Descriptor, Manifest, MediaType, RawManifest, TagOrDigest};
use portolan_transport::PutAs;
use serde_json::{Value, json};

use super::tree::ReferrerList;
use crate::CopyError;
use crate::blob::Lane;

/// Keeps the list under the fallback tag of `list.subject` up: the source's own index as it is, where the
/// target has none; else the target's with what is missing appended.
pub(super) async fn keep_up(lane: &Lane, list: &ReferrerList) -> Result<Option<RawManifest>, CopyError> {
    let tag = list.subject.fallback_tag();
    let failed = |cause| CopyError::target(&lane.label, cause);
    let there = lane.target.read_manifest(&TagOrDigest::Tag(tag.clone())).await.map_err(failed)?;
    let wanted = match (there, &list.fallback) {
        (None, Some(index)) => index.clone(),
        (Some(there), Some(index)) if there.digest() == index.digest() => return Ok(None),
        (there, fallback) => {
            let listed = fallback.as_ref().map(|index| index.parsed().children()).unwrap_or_default();
            match merged(there.as_ref(), listed.iter().chain(&list.descriptors)) {
                Some(index) => index,
                None => return Ok(None),
            }
        }
    };
    lane.target.put_manifest(&wanted, &PutAs::Tag(tag)).await.map_err(failed)?;
    lane.count_manifest();
    Ok(Some(wanted))
}

/// `there` with the descriptors that it lacks; `None` if it lacks none.
fn merged<'a>(
    there: Option<&RawManifest>,
    descriptors: impl Iterator<Item = &'a Descriptor>,
) -> Option<RawManifest> {
    let mut document = match there {
        Some(index) if matches!(index.parsed(), Manifest::Index(_)) => {
            serde_json::from_slice(index.bytes()).unwrap_or_default()
        }
        _ => json!({"schemaVersion": 2, "mediaType": MediaType::OCI_INDEX, "manifests": []}),
    };
    let mut known: Vec<_> =
        there.map(|index| index.parsed().children()).unwrap_or_default().iter().map(|d| d.digest).collect();
    let entries = document.get_mut("manifests").and_then(Value::as_array_mut)?;
    let before = entries.len();
    for descriptor in descriptors {
        if !known.contains(&descriptor.digest) {
            known.push(descriptor.digest);
            entries.push(serde_json::to_value(descriptor).ok()?);
        }
    }
    if entries.len() == before {
        return None;
    }
    let bytes = serde_json::to_vec(&document).ok()?;
    RawManifest::new(Bytes::from(bytes), Some(&MediaType::OCI_INDEX)).ok()
}
