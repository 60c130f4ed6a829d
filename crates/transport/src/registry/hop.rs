//! One request over one connection.

use std::mem;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Method, header};
use reqwest::{Body, Request, Response};
use tokio::time::timeout;
use url::Url;

use super::ClientOptions;
use super::ask::{Ask, Payload};
use super::bandwidth::Toll;
use super::body::{Outgoing, Progress};
use super::failure::Failure;
use crate::fence;

/// A registry may take this many times the idle time to make a blob of what it was sent.
const COMMIT_PATIENCE: u32 = 10;

/// Sends `ask` to `url` and waits for the head of the answer. A streamed body that was not touched stays in
/// the request.
pub(super) async fn hop(
    pool: &reqwest::Client,
    url: &Url,
    ask: &mut Ask,
    authorization: Option<&HeaderValue>,
    (options, toll): (&ClientOptions, Toll),
) -> Result<Response, Failure> {
    let mut request = Request::new(ask.method.clone(), url.clone());
    let headers = request.headers_mut();
    headers.clone_from(&ask.headers);
    if let Some(authorization) = authorization {
        headers.insert(header::AUTHORIZATION, authorization.clone());
    }
    fence::pass(&ask.what).await?;
    let progress = load(&mut request, &mut ask.payload, toll);
    let sent = watch(pool.execute(request), progress.as_ref(), &ask.method, options.idle_timeout).await;
    if let (Some((length, progress)), Payload::Gone) = (progress, &ask.payload) {
        if let Some(stream) = progress.take_unsent() {
            ask.payload = Payload::Stream(length, stream);
        } else if let Some(error) = progress.take_error() {
            // Whatever the registry makes of half a body, this is why.
            return Err(Failure::Decided(error));
        }
    }
    sent
}

/// Puts the body into the request.
fn load(request: &mut Request, payload: &mut Payload, toll: Toll) -> Option<(u64, Arc<Progress>)> {
    let length = match payload {
        Payload::Empty | Payload::Gone => 0,
        Payload::Whole(bytes) => {
            *request.body_mut() = Some(Body::from(bytes.clone()));
            bytes.len() as u64
        }
        Payload::Stream(length, _) => *length,
    };
    if matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH) {
        request.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    if !matches!(payload, Payload::Stream(..)) {
        return None;
    }
    let Payload::Stream(length, stream) = mem::replace(payload, Payload::Gone) else { return None };
    let (outgoing, progress) = Outgoing::new(length, stream, toll);
    *request.body_mut() = Some(Body::wrap_stream(outgoing));
    Some((length, progress))
}

/// Waits for the answer, and gives up when nothing moves. A source that has nothing to send is waited for: it
/// has a patience of its own.
async fn watch(
    sending: impl Future<Output = reqwest::Result<Response>>,
    progress: Option<&(u64, Arc<Progress>)>,
    method: &Method,
    idle: Duration,
) -> Result<Response, Failure> {
    let mut sending = pin!(sending);
    let mut steps = 0;
    let mut quiet = Duration::ZERO;
    loop {
        if let Ok(answered) = timeout(idle, &mut sending).await {
            return Ok(answered?);
        }
        quiet += idle;
        let mut patience = idle;
        if let Some((_, progress)) = progress {
            if progress.is_hungry() || progress.steps() != steps {
                steps = progress.steps();
                quiet = Duration::ZERO;
                continue;
            }
            if progress.has_ended() {
                patience = idle * COMMIT_PATIENCE;
            }
        } else if method == Method::PUT {
            patience = idle * COMMIT_PATIENCE;
        }
        if quiet >= patience {
            return Err(Failure::Silence(quiet));
        }
    }
}
