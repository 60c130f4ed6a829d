//! What a body holds, and where it belongs.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use http::StatusCode;
use http::header::CONTENT_RANGE;
use portolan_oci::MAX_MANIFEST_BYTES;
use serde_json::json;

use super::content_range;
use super::door::RegistryDoor;
use super::error::{Code, RegistryError};
use super::request::Asked;
use super::room::Place;
use crate::http::{RequestBody, TooSlow};

/// Where the bytes of a request belong in the upload; `None` if it does not say so: where the upload is.
///
/// # Errors
/// `BLOB_UPLOAD_INVALID` for a range that makes no sense, `SIZE_INVALID` for one of another length than the body.
pub(super) fn place(asked: &Asked) -> Result<Option<u64>, RegistryError> {
    let Some(header) = asked.headers().get(CONTENT_RANGE) else { return Ok(None) };
    let range = header.to_str().ok().and_then(content_range::parse).ok_or_else(|| {
        RegistryError::new(
            Code::BlobUploadInvalid,
            "`Content-Range` of an upload is `<first byte>-<last byte>`",
        )
    })?;
    match asked.length() {
        Some(length) if length != range.length => Err(RegistryError::new(
            Code::SizeInvalid,
            format!("`Content-Range` is of {} bytes, and the body of {length}", range.length),
        )),
        _ => Ok(Some(range.first)),
    }
}

/// A manifest. All of it has to come in the time that a body may pause, as it has a place that others wait for.
///
/// # Errors
/// 413 if it is too large, 400 or 408 if it ends too early, 503 if there is no place for it.
pub(super) async fn manifest(
    asked: &Asked,
    body: &RequestBody,
    door: &RegistryDoor,
) -> Result<(Bytes, Place), RegistryError> {
    let longest = asked.length().map_or(MAX_MANIFEST_BYTES, |length| length.try_into().unwrap_or(usize::MAX));
    if longest > MAX_MANIFEST_BYTES {
        return Err(too_large());
    }
    let place = door.room.for_incoming(longest).await?;
    let pause = door.limits.pause;
    match tokio::time::timeout(pause, whole(body, longest, pause)).await {
        Ok(bytes) => Ok((bytes?, place)),
        Err(_) => Err(RegistryError::broken_off(&TooSlow(pause))),
    }
}

async fn whole(body: &RequestBody, longest: usize, pause: Duration) -> Result<Bytes, RegistryError> {
    let mut bytes = BytesMut::with_capacity(longest);
    let mut pieces = body.incoming(pause);
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|cause| RegistryError::broken_off(cause.as_ref()))?;
        if bytes.len() + piece.len() > longest {
            return Err(too_large());
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes.freeze())
}

fn too_large() -> RegistryError {
    RegistryError::new(Code::SizeInvalid, "the manifest is larger than 4 MiB")
        .status(StatusCode::PAYLOAD_TOO_LARGE)
        .detail(json!({ "limit": MAX_MANIFEST_BYTES }))
}
