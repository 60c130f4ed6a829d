//! What a body holds, and where it belongs.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use http::header::{CONTENT_LENGTH, CONTENT_RANGE};
use http::{HeaderMap, StatusCode};
use portolan_oci::MAX_MANIFEST_BYTES;
use serde_json::json;

use super::content_range;
use super::error::{Code, RegistryError};
use super::request::Asked;
use crate::http::RequestBody;

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

/// A manifest.
///
/// # Errors
/// 413 if it is too large, 400 or 408 if it ends too early.
pub(super) async fn manifest(
    headers: &HeaderMap,
    body: &RequestBody,
    pause: Duration,
) -> Result<Bytes, RegistryError> {
    let announced =
        headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAX_MANIFEST_BYTES) {
        return Err(too_large());
    }
    let mut bytes = BytesMut::with_capacity(announced.unwrap_or_default());
    let mut pieces = body.incoming(pause);
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|cause| RegistryError::broken_off(cause.as_ref()))?;
        if bytes.len() + piece.len() > MAX_MANIFEST_BYTES {
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
