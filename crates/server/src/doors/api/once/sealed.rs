//! What is kept of an answer.
//!
//! Answers can have secrets: a token is told once. What is kept of them is sealed with a key that is made of the request's,
//! of which the catalogue has only a digest.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LOCATION};
use http::response::Parts;
use http::{HeaderMap, StatusCode};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use serde::{Deserialize, Serialize};

/// Headers that are kept.
const HEADERS: [HeaderName; 3] = [CONTENT_TYPE, ETAG, LOCATION];

/// What the key is for.
const PURPOSE: &[u8] = b"portolan: an answer of the API";

/// What is kept of an answer.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Kept {
    /// `None` if the answer has no text.
    pub(super) fn of(head: &Parts, body: &Bytes) -> Option<Self> {
        let value =
            |name: &HeaderName| Some((name.to_string(), head.headers.get(name)?.to_str().ok()?.to_owned()));
        let headers = HEADERS.iter().filter_map(value).collect();
        Some(Self { status: head.status.as_u16(), headers, body: String::from_utf8(body.to_vec()).ok()? })
    }

    /// The answer, for who has the key.
    pub(super) fn seal(&self, key: &str) -> Option<Vec<u8>> {
        let mut text = serde_json::to_vec(self).ok()?;
        let nonce: [u8; NONCE_LEN] = rand::random();
        let sealing = sealing(key)?;
        sealing
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut text)
            .ok()?;
        Some([&nonce[..], &text].concat())
    }

    /// The answer, if this is the key.
    pub(super) fn open(sealed: &[u8], key: &str) -> Option<Self> {
        let (nonce, text) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut text = text.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = sealing(key)?.open_in_place(nonce, Aad::empty(), &mut text).ok()?;
        serde_json::from_slice(opened).ok()
    }
}

fn sealing(key: &str) -> Option<LessSafeKey> {
    let bytes = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), PURPOSE);
    UnboundKey::new(&CHACHA20_POLY1305, bytes.as_ref()).ok().map(LessSafeKey::new)
}

impl IntoResponse for Kept {
    fn into_response(self) -> Response {
        let named =
            |(name, value): &(String, String)| Some((name.parse().ok()?, HeaderValue::from_str(value).ok()?));
        let headers: HeaderMap = self.headers.iter().filter_map(named).collect();
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        (status, headers, Body::from(self.body)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_has_the_key_reads_what_is_kept() {
        let headers = vec![("etag".to_owned(), "\"1\"".to_owned())];
        let kept = Kept { status: 201, headers, body: "{\"token\": \"secret\"}".to_owned() };
        let sealed = kept.seal("a key").unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert_ne!(sealed, kept.seal("a key").unwrap());
        assert_eq!(Kept::open(&sealed, "a key"), Some(kept));
        assert_eq!(Kept::open(&sealed, "another"), None);
        assert_eq!(Kept::open(&sealed[..8], "a key"), None);
    }
}
