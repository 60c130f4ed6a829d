//! `GET /api/v1/runs/{id}/events`.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures::stream;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use portolan_catalog::Run;
use portolan_sync::Event;
use serde::Serialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::super::asking::Viewer;
use super::super::door::ApiDoor;
use super::super::input::At;
use super::super::problem::Problem;
use super::found;
use super::get::detail;
use crate::wire::{ProgressData, RunDetail};

/// How often it is told how far a run is.
const PAUSE: Duration = Duration::from_secs(1);

/// What is told.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Told {
    /// How far it is.
    Progress(ProgressData),
    /// The listener is too slow, and missed so many events.
    Missed { events: u64 },
    /// It has ended.
    RunEnded(Box<RunDetail>),
}

/// How events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// An object a line.
    Lines,
    /// As browsers take them.
    ServerSent,
}

/// Follows a run while it goes on
///
/// Events come as they happen, and how far it is each second; `run_ended` is the last one, and the only one of a run that
/// has ended. As an object a line, or as server-sent events where `Accept` names `text/event-stream`. Of a run on another
/// node only its end is told.
#[utoipa::path(get, path = "/runs/{id}/events", tag = "runs",
    params(("id" = i64, Path, description = "Its number")),
    responses((status = OK, description = "The events", content((String = "application/x-ndjson"),
        (String = "text/event-stream")))))]
pub(super) async fn follow_run(
    _: Viewer,
    State(door): State<ApiDoor>,
    At(id): At<i64>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let run = found(&door, id).await?;
    let form = Form::of(&headers);
    let live = door.parts().under_way.run(run.id).filter(|_| run.ended.is_none());
    let events = live.as_ref().map(|live| live.listen());
    let mut ticks = interval(PAUSE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let following = Following { door, run, events, ticks, form };
    let body = Body::from_stream(stream::unfold(Some(following), |following| async {
        let (bytes, following) = following?.next().await;
        Some((Ok::<_, Infallible>(bytes), following))
    }));
    let headers = [(CONTENT_TYPE, form.media_type()), (CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((headers, body).into_response())
}

struct Following {
    door: ApiDoor,
    run: Run,
    /// None if this process is not at it.
    events: Option<Receiver<Event>>,
    ticks: Interval,
    form: Form,
}

impl Following {
    /// What is told next, and who tells more if there is more.
    async fn next(mut self) -> (Bytes, Option<Self>) {
        let event = async {
            match &mut self.events {
                Some(events) => events.recv().await,
                None => std::future::pending().await,
            }
        };
        let heard = tokio::select! {
            heard = event => Some(heard),
            _ = self.ticks.tick() => None,
        };
        let told = match heard {
            Some(Ok(event)) => self.form.written(&event),
            Some(Err(RecvError::Lagged(events))) => self.form.written(&Told::Missed { events }),
            Some(Err(RecvError::Closed)) => {
                self.events = None;
                return self.look().await;
            }
            None => return self.look().await,
        };
        (told, Some(self))
    }

    /// How far it is now, or that it has ended.
    async fn look(mut self) -> (Bytes, Option<Self>) {
        match self.door.parts().runs.run(self.run.id).await {
            Ok(Some(run)) => self.run = run,
            // It is forgotten: it has ended long ago.
            Ok(None) => return (self.form.nothing(), None),
            // It is tried again.
            Err(_) => return (self.form.nothing(), Some(self)),
        }
        if self.run.ended.is_some() && self.events.as_ref().is_none_or(Receiver::is_empty) {
            return match detail(&self.door, self.run.clone()).await {
                Ok(detail) => (self.form.written(&Told::RunEnded(Box::new(detail))), None),
                Err(_) => (self.form.nothing(), Some(self)),
            };
        }
        let told = match self.door.parts().under_way.run(self.run.id) {
            Some(live) => self.form.written(&Told::Progress(ProgressData::from(&live.snapshot()))),
            None => self.form.nothing(),
        };
        (told, Some(self))
    }
}

impl Form {
    fn of(headers: &HeaderMap) -> Self {
        let wanted = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
        if wanted.contains("text/event-stream") { Self::ServerSent } else { Self::Lines }
    }

    fn media_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Lines => "application/x-ndjson",
            Self::ServerSent => "text/event-stream",
        })
    }

    fn written(self, event: &impl Serialize) -> Bytes {
        // Numbers and texts: this cannot fail.
        let text = serde_json::to_string(event).unwrap_or_default();
        match self {
            Self::Lines => format!("{text}\n").into(),
            Self::ServerSent => format!("data: {text}\n\n").into(),
        }
    }

    /// What says only that somebody is there.
    fn nothing(self) -> Bytes {
        match self {
            Self::Lines => Bytes::from_static(b"\n"),
            Self::ServerSent => Bytes::from_static(b":\n\n"),
        }
    }
}
