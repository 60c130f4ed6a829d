//! What a refusal means: status and error code of an answer become the error that tells a caller what to do
//! (distribution-spec, "Error Codes").

use std::time::Duration;

use http::StatusCode;
use serde::Deserialize;

use super::words::presentable;
use crate::TransportError;

/// What was asked, of whom and as whom.
#[derive(Debug, Clone)]
pub(super) struct About {
    /// The registry.
    pub(super) host: String,
    /// What was asked for, with its place.
    pub(super) what: String,
    /// As whom, if credentials were sent.
    pub(super) user: Option<String>,
    /// What the request carried.
    pub(super) sends: Sends,
}

/// What a request carries: the same error code means another thing for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sends {
    /// Nothing: it asks for something.
    Nothing,
    /// A manifest.
    Manifest,
    /// Bytes of a blob, or a word about its upload.
    Blob,
}

/// A refusal as it came.
pub(super) struct Refusal<'a> {
    pub(super) status: StatusCode,
    pub(super) retry_after: Option<Duration>,
    pub(super) body: &'a [u8],
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Errors {
    errors: Vec<OciError>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OciError {
    code: String,
    message: String,
}

/// The status of an answer that no more can be said about.
#[derive(Debug, thiserror::Error)]
#[error("the registry answered {status}{}{message}", if .message.is_empty() { "" } else { ": " })]
struct Answered {
    status: StatusCode,
    message: String,
}

/// The error for a refusal.
pub(super) fn refusal(about: &About, refusal: &Refusal<'_>) -> TransportError {
    let errors = serde_json::from_slice::<Errors>(refusal.body).unwrap_or_default().errors;
    let has = |codes: &[&str]| errors.iter().any(|error| codes.contains(&error.code.as_str()));
    if is_out_of_space(refusal) {
        return TransportError::OutOfSpace { what: about.what.clone() };
    }
    let message = message(&errors, refusal);
    if let Some(error) = by_code(about, &has, &message) {
        return error;
    }
    by_status(about, refusal, message)
}

fn by_code(about: &About, has: &dyn Fn(&[&str]) -> bool, message: &str) -> Option<TransportError> {
    let what = || about.what.clone();
    Some(match about.sends {
        Sends::Manifest if has(&["MANIFEST_BLOB_UNKNOWN", "MANIFEST_UNVERIFIED", "BLOB_UNKNOWN"]) => {
            TransportError::ContentUnknown { what: what() }
        }
        Sends::Blob if has(&["BLOB_UPLOAD_UNKNOWN", "BLOB_UPLOAD_INVALID"]) => {
            TransportError::SessionLost { what: what() }
        }
        _ if has(&["UNSUPPORTED"]) => TransportError::Unsupported { what: what() },
        Sends::Manifest | Sends::Blob if has(&["DIGEST_INVALID", "SIZE_INVALID", "MANIFEST_INVALID"]) => {
            TransportError::Rejected { what: what(), message: message.to_owned() }
        }
        _ => return None,
    })
}

fn by_status(about: &About, refusal: &Refusal<'_>, message: String) -> TransportError {
    let About { host, what, user, sends } = about.clone();
    match refusal.status {
        StatusCode::UNAUTHORIZED => TransportError::Unauthorized { host, what, user },
        StatusCode::FORBIDDEN => TransportError::Denied { host, what },
        StatusCode::NOT_FOUND if sends == Sends::Blob => TransportError::SessionLost { what },
        StatusCode::NOT_FOUND => TransportError::NotFound { what },
        StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => TransportError::Unsupported { what },
        StatusCode::PAYLOAD_TOO_LARGE => TransportError::TooLarge { what },
        StatusCode::TOO_MANY_REQUESTS => {
            TransportError::RateLimited { host, retry_after: refusal.retry_after }
        }
        StatusCode::RANGE_NOT_SATISFIABLE | StatusCode::REQUEST_TIMEOUT => {
            unavailable(what, refusal, message)
        }
        status if status.is_server_error() => unavailable(what, refusal, message),
        status if status.is_client_error() => {
            let message = if message.is_empty() { status.to_string() } else { message };
            TransportError::Rejected { what, message }
        }
        status => TransportError::Protocol { host, detail: format!("status {status} for {what}") },
    }
}

fn unavailable(what: String, refusal: &Refusal<'_>, message: String) -> TransportError {
    TransportError::Unavailable { what, cause: Answered { status: refusal.status, message }.into() }
}

/// The reference registry reports a full disk as an unknown error whose detail is the system call's, with
/// `ENOSPC` as a number.
fn is_out_of_space(refusal: &Refusal<'_>) -> bool {
    if refusal.status == StatusCode::INSUFFICIENT_STORAGE {
        return true;
    }
    let body = String::from_utf8_lossy(refusal.body);
    refusal.status.is_server_error()
        && (body.contains("no space left") || body.contains("\"Err\":28,") || body.contains("\"Err\":28}"))
}

fn message(errors: &[OciError], refusal: &Refusal<'_>) -> String {
    let words: Vec<_> = errors
        .iter()
        .map(|error| if error.message.is_empty() { error.code.as_str() } else { error.message.as_str() })
        .collect();
    if !words.is_empty() {
        return presentable(&words.join("; "));
    }
    let text = std::str::from_utf8(refusal.body).unwrap_or_default();
    if text.trim_start().starts_with('<') { String::new() } else { presentable(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(sends: Sends, status: u16, body: &str) -> TransportError {
        let about =
            About { host: "r.example".into(), what: "r.example/a:1".into(), user: Some("me".into()), sends };
        let status = StatusCode::from_u16(status).unwrap();
        refusal(&about, &Refusal { status, retry_after: None, body: body.as_bytes() })
    }

    fn code(code: &str) -> String {
        format!(r#"{{"errors":[{{"code":"{code}","message":"m","detail":{{}}}}]}}"#)
    }

    type Case = (Sends, u16, String, fn(&TransportError) -> bool);

    #[test]
    fn codes_come_before_statuses() {
        use TransportError as E;
        let cases: [Case; 14] = [
            (Sends::Nothing, 404, code("MANIFEST_UNKNOWN"), |e| matches!(e, E::NotFound { .. })),
            (Sends::Nothing, 404, "404 page not found".into(), |e| matches!(e, E::NotFound { .. })),
            (Sends::Manifest, 404, code("MANIFEST_BLOB_UNKNOWN"), |e| matches!(e, E::ContentUnknown { .. })),
            (Sends::Manifest, 400, code("BLOB_UNKNOWN"), |e| matches!(e, E::ContentUnknown { .. })),
            (Sends::Manifest, 404, code("NAME_UNKNOWN"), |e| matches!(e, E::NotFound { .. })),
            (Sends::Blob, 404, code("BLOB_UPLOAD_UNKNOWN"), |e| matches!(e, E::SessionLost { .. })),
            (Sends::Blob, 400, code("DIGEST_INVALID"), |e| matches!(e, E::Rejected { .. })),
            (Sends::Nothing, 400, code("UNSUPPORTED"), |e| matches!(e, E::Unsupported { .. })),
            (Sends::Nothing, 401, code("UNAUTHORIZED"), |e| {
                matches!(e, E::Unauthorized { user: Some(user), .. } if user == "me")
            }),
            (Sends::Nothing, 403, String::new(), |e| matches!(e, E::Denied { .. })),
            (Sends::Blob, 413, String::new(), |e| matches!(e, E::TooLarge { .. })),
            (Sends::Blob, 507, String::new(), |e| matches!(e, E::OutOfSpace { .. })),
            (
                Sends::Blob,
                500,
                r#"{"errors":[{"code":"UNKNOWN","message":"unknown error","detail":{"Err":28,"Op":"write"}}]}"#
                    .into(),
                |e| matches!(e, E::OutOfSpace { .. }),
            ),
            (Sends::Nothing, 503, String::new(), |e| matches!(e, E::Unavailable { .. }) && e.is_retryable()),
        ];
        for (sends, status, body, fits) in cases {
            let error = judge(sends, status, &body);
            assert!(fits(&error), "{status} {body}: {error:?}");
        }
    }

    #[test]
    fn the_status_and_the_words_are_shown() {
        let error = judge(Sends::Nothing, 502, "<html>bad</html>");
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(cause, "the registry answered 502 Bad Gateway");
        let TransportError::Rejected { message, .. } = judge(Sends::Nothing, 418, "no\u{7}\ncoffee") else {
            panic!("not rejected");
        };
        assert_eq!(message, "no coffee");
    }
}
