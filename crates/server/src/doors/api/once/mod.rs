//! Writes that are done once, however often they are sent: `Idempotency-Key`, as the draft of the IETF's HTTPAPI group has
//! it. `once` is laid around all operations; `sealed` is what is kept of answers, which only who has the key can read.

mod sealed;

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts as _, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use portolan_catalog::{Attempt, BeginRequest, Requests};
use portolan_oci::{Digest, with_causes};

use self::sealed::Kept;
use super::asking::Manager;
use super::door::ApiDoor;
use super::input::whole;
use super::problem::{Kind, Problem};

/// Names a request.
pub(super) const KEY: &str = "idempotency-key";

/// On an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Characters of a key, at most.
pub(super) const LONGEST: usize = 255;

/// Bytes of the longest answer that is kept.
const MOST: usize = 1 << 20;

/// How long whoever is at a request is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Does a write with a key once: sent again, it is answered as it was before. Only what succeeded is kept: what was refused
/// has changed nothing.
pub(super) async fn once(State(door): State<ApiDoor>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    match key(request.headers()) {
        Ok(None) => next.run(request).await,
        Ok(Some(key)) => {
            let done = Keyed { door, key }.answer(request, next).await;
            done.unwrap_or_else(Problem::into_response)
        }
        Err(problem) => problem.into_response(),
    }
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut keys = headers.get_all(KEY).iter();
    let Some(key) = keys.next() else { return Ok(None) };
    let key = key.to_str().ok().filter(|key| (1..=LONGEST).contains(&key.len()) && keys.next().is_none());
    let wrong = || Kind::Invalid.because("`Idempotency-Key` is one text of 1 to 255 printable characters");
    key.map(|key| Some(key.to_owned())).ok_or_else(wrong)
}

/// A write with a key.
struct Keyed {
    door: ApiDoor,
    key: String,
}

impl Keyed {
    async fn answer(self, request: Request, next: Next) -> Result<Response, Problem> {
        let (mut parts, body) = request.into_parts();
        let by = Manager::from_request_parts(&mut parts, &self.door).await?;
        let body = whole(body).await?;
        // Keys of different people are different keys.
        let id = Digest::sha256(format!("{}\n{}", by.actor(), self.key).as_bytes());
        let requests = self.door.parts().requests.clone();
        match requests.begin((id, fingerprint(&parts, &body)), rand::random(), PATIENCE).await? {
            BeginRequest::Begun(attempt) => {
                let request = Request::from_parts(parts, Body::from(body));
                let doing = self.act(attempt, request, next);
                // Who no longer waits for the answer gets it when he asks again.
                let done = tokio::spawn(doing).await;
                done.map_err(|_| Kind::Unavailable.because("the work broke down; the log says why"))
            }
            BeginRequest::UnderWay => {
                let problem = Kind::Conflict.because("the first request with this key is still under way");
                Ok(([(RETRY_AFTER, "1")], problem).into_response())
            }
            BeginRequest::Answered(sealed) => {
                let kept = Kept::open(&sealed, &self.key);
                kept.map(replayed)
                    .ok_or_else(|| Kind::Unavailable.because("the answer cannot be read any more"))
            }
            BeginRequest::Another => {
                Err(Kind::Unfit.because("this `Idempotency-Key` was given to another request"))
            }
        }
    }

    async fn act(self, attempt: Attempt, request: Request, next: Next) -> Response {
        let requests = self.door.parts().requests.clone();
        let response = next.run(request).await;
        if !response.status().is_success() {
            forget(&requests, attempt).await;
            return response;
        }
        let (head, body) = response.into_parts();
        let Ok(bytes) = to_bytes(body, usize::MAX).await else {
            // What is made here is there as a whole.
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        if bytes.len() > MOST {
            forget(&requests, attempt).await;
            return Response::from_parts(head, Body::from(bytes));
        }
        match Kept::of(&head, &bytes).and_then(|kept| kept.seal(&self.key)) {
            Some(sealed) => {
                if let Err(error) = requests.answer(attempt, sealed).await {
                    tracing::error!(cause = with_causes(&error), "an answer cannot be kept");
                }
            }
            None => tracing::error!("an answer cannot be sealed"),
        }
        Response::from_parts(head, Body::from(bytes))
    }
}

async fn forget(requests: &Requests, attempt: Attempt) {
    if let Err(error) = requests.forget(attempt).await {
        tracing::error!(cause = with_causes(&error), "a request that failed waits to be forgotten");
    }
}

/// What makes a request that request.
fn fingerprint(parts: &Parts, body: &Bytes) -> Digest {
    let head = format!("{} {}\n", parts.method, parts.uri);
    Digest::sha256(&[head.as_bytes(), body].concat())
}

fn replayed(kept: Kept) -> Response {
    let mut response = kept.into_response();
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
