//! The door as a whole.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use bytes::Bytes;
use futures::StreamExt as _;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use portolan_catalog::{CatalogError, NewAwaited, Runs};
use portolan_config::HookKind;
use portolan_oci::{Registry, Tag, with_causes};
use portolan_sync::Mirror;
use portolan_sync::settings::MirrorName;
use portolan_transport::{Endpoint, Location};
use serde::Serialize;
use tokio::sync::Semaphore;
use url::Url;

use super::events::{self, Pushed};
use super::proof::Shown;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::mirroring::Bell;

/// Bytes of a webhook, at most: senders tell of a few images at once.
const MOST: usize = 1 << 20;

/// Bytes of a webhook that is refused, at most, if the connection is to be used again.
const LITTLE: usize = 64 << 10;

/// Webhooks that are read at once.
const AT_ONCE: usize = 16;

/// How long a webhook may take to come in.
const PATIENCE: Duration = Duration::from_secs(30);

/// Characters of an image's name, at most: the catalogue takes no more.
const LONGEST: usize = 512;

/// Characters of an address that a sender wants to hear at, at most.
const LONGEST_ADDRESS: usize = 2_048;

/// A sender of webhooks.
#[derive(Clone)]
pub struct Hook {
    /// What it is.
    pub kind: HookKind,
    /// The registry whose images it tells of.
    pub registry: Registry,
    /// What it shows, or signs with.
    pub secret: String,
    /// Hosts that may be told what became of an image.
    pub callbacks: Vec<Registry>,
}

impl Hook {
    /// Whether it may be told there: at a host that is allowed, and nobody listens on the way.
    fn may_hear_at(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        let known = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let is_safe =
            |one: &Registry| url.scheme() == "https" || (url.scheme() == "http" && one.is_loopback());
        let is_short = url.as_str().len() <= LONGEST_ADDRESS;
        is_short && self.callbacks.iter().any(|one| one.as_str() == known && is_safe(one))
    }
}

/// Where webhooks come in.
#[derive(Clone)]
pub struct HooksDoor(Arc<Inner>);

struct Inner {
    live: Live,
    runs: Runs,
    bell: Bell,
    metrics: Metrics,
    places: Semaphore,
}

/// What a sender is told.
#[derive(Serialize)]
struct Taken {
    /// The images that are seen to.
    images: Vec<TakenImage>,
}

#[derive(Serialize)]
struct TakenImage {
    mirror: String,
    image: String,
}

/// Why a webhook is not taken.
enum Refused {
    /// There is no such sender.
    Unknown,
    /// Its sender does not know the secret.
    Secret,
    /// It is too long.
    TooLong,
    /// It does not come in.
    TooSlow,
    /// It makes no sense.
    Malformed(serde_json::Error),
    /// It cannot be kept now.
    Catalog(CatalogError),
}

impl HooksDoor {
    /// A door for those senders to those mirrors that are in force.
    pub fn new(live: Live, runs: Runs, bell: Bell, metrics: Metrics) -> Self {
        Self(Arc::new(Inner { live, runs, bell, metrics, places: Semaphore::new(AT_ONCE) }))
    }

    /// What it answers.
    pub fn router(self) -> Router {
        Router::new().route("/hooks/{kind}", post(take)).with_state(self)
    }
}

async fn take(
    State(door): State<HooksDoor>,
    Path(kind): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Some(kind) = HookKind::ALL.into_iter().find(|one| one.word() == kind) else {
        return refusal(&Refused::Unknown);
    };
    let taken = door.0.take(kind, query.as_deref(), &headers, body).await;
    let outcome = match &taken {
        Ok(taken) if taken.images.is_empty() => "passed_over",
        Ok(_) => "taken",
        Err(Refused::Catalog(_)) => "failed",
        Err(_) => "refused",
    };
    door.0.metrics.hook_came(kind.word(), outcome);
    match taken {
        Ok(taken) => (StatusCode::ACCEPTED, Json(taken)).into_response(),
        Err(refused) => refusal(&refused),
    }
}

impl Inner {
    async fn take(
        &self,
        kind: HookKind,
        query: Option<&str>,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Taken, Refused> {
        let (hooks, mirrors) = (self.live.hooks(), self.live.mirrors());
        if !hooks.iter().any(|hook| hook.kind == kind) {
            return Err(Refused::Unknown);
        }
        let mut pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        let token = pairs.find(|(key, _)| key == "token").map(|(_, value)| value.into_owned());
        let shown = Shown { headers, token: token.as_deref() };
        let senders = || hooks.iter().filter(|hook| hook.kind == kind);
        if !senders().any(|hook| shown.may_prove(kind, &hook.secret)) {
            pass_over(body).await;
            return Err(Refused::Secret);
        }
        let body = self.read(body).await?;
        let known: Vec<&Hook> = senders().filter(|hook| shown.proves(kind, &hook.secret, &body)).collect();
        if known.is_empty() {
            return Err(Refused::Secret);
        }
        let pushed = events::read(kind, headers, &body).map_err(Refused::Malformed)?;
        let awaited = awaited(&known, &pushed, &mirrors);
        if !awaited.is_empty() {
            let callback = events::callback(kind, &body);
            let callback = callback.filter(|url| known.iter().any(|hook| hook.may_hear_at(url)));
            self.keep(awaited.clone(), kind, callback).await.map_err(Refused::Catalog)?;
            let told = |mirror: &&Mirror| awaited.iter().any(|one| one.mirror == mirror.name.as_str());
            mirrors.iter().filter(told).for_each(|mirror| self.bell.ring(&mirror.name));
        }
        let taken = |NewAwaited { mirror, image, .. }| TakenImage { mirror, image };
        Ok(Taken { images: awaited.into_iter().map(taken).collect() })
    }

    async fn keep(
        &self,
        images: Vec<NewAwaited>,
        kind: HookKind,
        callback: Option<Url>,
    ) -> Result<(), CatalogError> {
        match callback {
            Some(url) => self.runs.await_images_and_report(images, kind.word(), url.as_str()).await,
            None => self.runs.await_images(images, kind.word()).await,
        }
    }
}

/// Which mirrors are to see to what was pushed, of what these senders tell of.
fn awaited(hooks: &[&Hook], pushed: &[Pushed], mirrors: &[Mirror]) -> Vec<NewAwaited> {
    let images = hooks
        .iter()
        .flat_map(|hook| pushed.iter().filter_map(|one| Some((image(&hook.registry, one)?, one.at))));
    // Told twice at once, the later time counts.
    let mut told: BTreeMap<(&MirrorName, String), Option<Timestamp>> = BTreeMap::new();
    for (image, at) in images {
        for mirror in mirrors.iter().filter(|mirror| mirror.may_take(&image)) {
            let before = told.entry((&mirror.name, image.to_string())).or_default();
            *before = at.max(*before);
        }
    }
    let awaited = |((mirror, image), moved_at): ((&MirrorName, String), _)| NewAwaited {
        mirror: mirror.to_string(),
        image,
        moved_at,
    };
    told.into_iter().map(awaited).collect()
}

impl Inner {
    /// What is sent. Few are read at once, as it may be from anybody whether it is signed.
    async fn read(&self, body: Body) -> Result<Bytes, Refused> {
        let reading = async {
            let _place = self.places.acquire().await;
            to_bytes(body, MOST).await
        };
        let read = tokio::time::timeout(PATIENCE, reading).await.map_err(|_| Refused::TooSlow)?;
        read.map_err(|_| Refused::TooLong)
    }
}

/// Lets what is sent go by, if it is little: the connection is good for another request then.
async fn pass_over(body: Body) {
    let passing = async {
        let (mut body, mut passed) = (body.into_data_stream(), 0);
        while passed < LITTLE
            && let Some(Ok(part)) = body.next().await
        {
            passed += part.len();
        }
    };
    if tokio::time::timeout(PATIENCE, passing).await.is_err() {
        tracing::debug!("a webhook that is refused does not come in");
    }
}

/// The image, if its name is one.
fn image(registry: &Registry, Pushed { repository, tag, .. }: &Pushed) -> Option<Endpoint> {
    let tag: Tag = tag.parse().ok()?;
    let place: Endpoint = format!("{registry}/{repository}:{tag}").parse().ok()?;
    let is_there = matches!(&place.location, Location::Registry(found, _) if found == registry);
    (is_there && place.tag.is_some() && place.to_string().len() <= LONGEST).then_some(place)
}

fn refusal(refused: &Refused) -> Response {
    let (status, text) = match refused {
        Refused::Unknown => (StatusCode::NOT_FOUND, "no such webhook is configured\n".to_owned()),
        Refused::Secret => (StatusCode::UNAUTHORIZED, "the secret is missing or wrong\n".to_owned()),
        Refused::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, "a webhook has no more than 1 MiB\n".to_owned()),
        Refused::TooSlow => (StatusCode::REQUEST_TIMEOUT, "the webhook did not come in\n".to_owned()),
        Refused::Malformed(cause) => (StatusCode::BAD_REQUEST, format!("this is no such webhook: {cause}\n")),
        Refused::Catalog(cause) => {
            tracing::error!(cause = with_causes(cause), "a webhook cannot be kept");
            (StatusCode::SERVICE_UNAVAILABLE, "webhooks cannot be kept now\n".to_owned())
        }
    };
    (status, text).into_response()
}
