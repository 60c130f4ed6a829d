//! One request through the proxy.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use tokio::sync::Mutex;

use super::answer::Timing;
use super::link::Link;
use super::record::Entry;
use super::server::Shared;
use super::tap::{Edits, Stop, Tap};
use super::watched::Flushes;
use super::{Action, Answer};

type Body = BoxBody<Bytes, hyper::Error>;

/// Why a connection ends without a proper answer.
#[derive(Debug)]
pub(super) enum Broken {
    /// A rule says so.
    OnPurpose,
    /// The other side broke it.
    Connection(hyper::Error),
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::OnPurpose => f.write_str("broken on purpose"),
            Self::Connection(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Broken {}

/// One connection of a client.
pub(super) struct Session {
    pub(super) shared: Arc<Shared>,
    pub(super) flushes: Arc<Flushes>,
    link: Mutex<Option<Link>>,
}

impl Session {
    pub(super) fn new(shared: Arc<Shared>, flushes: Arc<Flushes>) -> Self {
        Self { shared, flushes, link: Mutex::new(None) }
    }

    pub(super) async fn serve(&self, request: Request<Incoming>) -> Result<Response<Tap>, Broken> {
        let (parts, body) = request.into_parts();
        let entry = self.shared.record(&parts);
        let _under_way = self.shared.enter();
        tokio::time::sleep(self.shared.delay()).await;
        let actions = self.shared.fire(&parts);
        entry.faulted(actions.len());
        match answer_instead(&actions, &parts) {
            Instead::Upstream => self.forward(Request::from_parts(parts, body), &actions, &entry).await,
            Instead::Hang => std::future::pending().await,
            Instead::Answer(answer) => self.answer(answer, body.boxed(), &entry).await,
        }
    }

    async fn answer(&self, answer: Answer, body: Body, entry: &Entry) -> Result<Response<Tap>, Broken> {
        if answer.timing == Timing::Late {
            let drained = Edits::default();
            let body = Tap::new(body, drained, &self.shared.up, &entry.request_bytes, &self.flushes);
            body.collect().await?;
        }
        let (parts, body) = answer.into_response().into_parts();
        entry.answered(parts.status, &parts.headers);
        let body = Full::new(body).map_err(|never| match never {}).boxed();
        Ok(Response::from_parts(parts, self.response_body(body, Edits::default(), entry)))
    }

    async fn forward(
        &self,
        request: Request<Incoming>,
        actions: &[Action],
        entry: &Entry,
    ) -> Result<Response<Tap>, Broken> {
        let (head, body) = request.into_parts();
        let (body, counter) = if self.shared.gathers() {
            (self.gather(body, entry).await?, Arc::default())
        } else {
            (body.boxed(), Arc::clone(&entry.request_bytes))
        };
        let mut slot = self.link.lock().await;
        let Some(link) = self.open(&mut slot).await else {
            let answer = Answer::status(502).body("the proxy cannot reach its upstream");
            return self.answer(answer, body, entry).await;
        };
        let request = self.outgoing(Request::from_parts(head, body), actions, &counter, &link.flushes);
        let answer = link.send(request).await;
        if answer.is_err() || actions.iter().any(|action| matches!(action, Action::CutBeforeResponse)) {
            *slot = None;
        }
        let (mut parts, body) = answer?.into_parts();
        if slot.is_none() {
            return Err(Broken::OnPurpose);
        }
        let edits = edit_response(&mut parts.headers, actions);
        entry.answered(parts.status, &parts.headers);
        Ok(Response::from_parts(parts, self.response_body(body.boxed(), edits, entry)))
    }

    /// The whole body.
    async fn gather(&self, body: Incoming, entry: &Entry) -> Result<Body, Broken> {
        let body =
            Tap::new(body.boxed(), Edits::default(), &self.shared.up, &entry.request_bytes, &self.flushes);
        let bytes = body.collect().await?.to_bytes();
        Ok(Full::new(bytes).map_err(|never| match never {}).boxed())
    }

    async fn open<'a>(&self, slot: &'a mut Option<Link>) -> Option<&'a mut Link> {
        let alive = match slot {
            Some(link) => link.is_open().await,
            None => false,
        };
        if !alive {
            *slot = Link::connect(&self.shared.upstream).await.ok();
        }
        slot.as_mut()
    }

    fn outgoing(
        &self,
        request: Request<Body>,
        actions: &[Action],
        counter: &Arc<AtomicU64>,
        flushes: &Arc<Flushes>,
    ) -> Request<Tap> {
        let (mut parts, body) = request.into_parts();
        if self.shared.upstream.tls.is_some() {
            // Addresses in the answer must lead to the proxy, which is plain.
            parts.headers.insert("x-forwarded-proto", HeaderValue::from_static("http"));
        }
        if actions.iter().any(|action| matches!(action, Action::DropQuery)) {
            parts.uri = parts.uri.path().parse().expect("a path is a URI");
        }
        let stop = actions.iter().find_map(|action| match action {
            Action::CutRequestAfter(bytes) => Some((*bytes, Stop::Cut)),
            _ => None,
        });
        let edits = Edits { stop, ..Edits::default() };
        Request::from_parts(parts, Tap::new(body, edits, &self.shared.up, counter, flushes))
    }

    fn response_body(&self, body: Body, edits: Edits, entry: &Entry) -> Tap {
        Tap::new(body, edits, &self.shared.down, &entry.response_bytes, &self.flushes)
    }
}

enum Instead {
    Upstream,
    Hang,
    Answer(Answer),
}

fn answer_instead(actions: &[Action], parts: &Parts) -> Instead {
    let found = actions.iter().find_map(|action| match action {
        Action::Hang => Some(Instead::Hang),
        Action::Answer(answer) => Some(Instead::Answer(answer.clone())),
        Action::RedirectTo(prefix) => {
            let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
            let target = format!("{}{path}", prefix.trim_end_matches('/'));
            Some(Instead::Answer(Answer::status(307).header("location", &target)))
        }
        _ => None,
    });
    found.unwrap_or(Instead::Upstream)
}

fn edit_response(headers: &mut HeaderMap, actions: &[Action]) -> Edits {
    let mut edits = Edits::default();
    for action in actions {
        match action {
            Action::CutResponseAfter(bytes) => edits.stop = Some((*bytes, Stop::Cut)),
            Action::StallResponseAfter(bytes) => edits.stop = Some((*bytes, Stop::Stall)),
            Action::CorruptResponseAt(byte) => edits.corrupt = Some(*byte),
            Action::TruncateResponse(bytes) => {
                let length = content_length(headers).saturating_sub(*bytes);
                headers.insert("content-length", length.into());
                edits.stop = Some((length, Stop::End));
            }
            Action::ExtendResponse(more) => {
                let length = content_length(headers) + more.len() as u64;
                headers.insert("content-length", length.into());
                edits.append = Some(more.clone().into());
            }
            Action::RewriteLocation(host) => rewrite_location(headers, host),
            Action::SetHeader(name, value) => {
                let value = HeaderValue::from_str(value).expect("a header value");
                headers.insert(header_name(name), value);
            }
            Action::DropHeader(name) => {
                headers.remove(header_name(name));
            }
            _ => {}
        }
    }
    edits
}

fn header_name(name: &str) -> HeaderName {
    name.parse().expect("a header name")
}

fn content_length(headers: &HeaderMap) -> u64 {
    let length = headers.get("content-length").and_then(|value| value.to_str().ok());
    length.and_then(|text| text.parse().ok()).expect("only an answer with a Content-Length can be shortened")
}

fn rewrite_location(headers: &mut HeaderMap, host: &str) {
    let Some(old) = headers.get("location").and_then(|value| value.to_str().ok()) else { return };
    let path = match old.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"),
        None => old,
    };
    let new = HeaderValue::from_str(&format!("http://{host}{path}")).expect("a header value");
    headers.insert("location", new);
}
