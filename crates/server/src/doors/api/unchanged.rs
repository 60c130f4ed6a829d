//! Answers that the asker has already.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use portolan_oci::Digest;

/// Bytes of the longest answer that gets a tag; it is a page of a list.
const MOST: usize = 8 << 20;

/// Gives what is read a tag by its bytes (RFC 9110 8.8.3), and does not send again what the asker has. To be laid
/// around all operations.
pub(super) async fn unchanged(request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let known = request.headers().get(IF_NONE_MATCH).cloned();
    let response = next.run(request).await;
    if !is_read || response.status() != StatusCode::OK || !is_json(response.headers()) {
        return response;
    }
    let (mut head, body) = response.into_parts();
    head.headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    let Ok(bytes) = to_bytes(body, MOST).await else {
        // What is made here has an end, and is not that long.
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if !head.headers.contains_key(ETAG) {
        let tag = format!("\"{}\"", Digest::sha256(&bytes).encoded());
        head.headers.extend(HeaderValue::try_from(tag).ok().map(|tag| (ETAG, tag)));
    }
    if let (Some(known), Some(tag)) = (known, head.headers.get(ETAG))
        && names(&known, tag)
    {
        (head.status, head.headers) = (StatusCode::NOT_MODIFIED, without_body(head.headers));
        return Response::from_parts(head, Body::empty());
    }
    Response::from_parts(head, Body::from(bytes))
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/json"))
}

fn without_body(mut headers: HeaderMap) -> HeaderMap {
    headers.remove(CONTENT_TYPE);
    headers
}

/// Whether a header names a tag.
fn names(header: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(header), Ok(tag)) = (header.to_str(), tag.to_str()) else { return false };
    header.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}
