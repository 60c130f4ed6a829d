//! The door as a whole.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Html;
use axum::routing::get;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use portolan_catalog::{Access, Changes, Nodes, Requests, Runs};
use portolan_store::Store;
use tokio::sync::Semaphore;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::document::{begin, complete};
use super::problem::{Kind, Problem};
use super::{health, images, mirrors, nodes, once, page, people, runs, unchanged};
use crate::access::Gate;
use crate::doors::html::NOTHING_ELSE;
use crate::live::Live;
use crate::mirroring::{Bell, Planner, UnderWay};

/// Passwords that are hashed at once.
const HASHES: usize = 1;

/// Plans that are made at once.
const PLANS: usize = 2;

/// What the API is about.
#[derive(Clone)]
pub struct ApiParts {
    /// What is in force.
    pub live: Live,
    /// What is remembered of mirrors.
    pub runs: Runs,
    /// Heard by who keeps them.
    pub bell: Bell,
    /// Runs that this process is at.
    pub under_way: UnderWay,
    /// What is held.
    pub store: Store,
    /// How that changed.
    pub changes: Changes,
    /// Users and tokens.
    pub access: Access,
    /// Who shares the catalogue.
    pub nodes: Nodes,
    /// Says what runs would do.
    pub planner: Planner,
    /// What is done once, however often it is asked.
    pub requests: Requests,
    /// Who is let in.
    pub gate: Gate,
}

/// The API.
#[derive(Clone)]
pub struct ApiDoor(Arc<Inner>);

struct Inner {
    parts: ApiParts,
    hashes: Semaphore,
    plans: Semaphore,
}

impl ApiDoor {
    /// A door to these.
    pub fn new(parts: ApiParts) -> Self {
        Self(Arc::new(Inner { parts, hashes: Semaphore::new(HASHES), plans: Semaphore::new(PLANS) }))
    }

    /// What it answers.
    pub fn router(self) -> Router {
        let (operations, document) = operations().split_for_parts();
        let document: Arc<str> = complete(document).into();
        let shown: Arc<str> = page::page(&document).into();
        let json = [(CONTENT_TYPE, "application/json")];
        let page = [(CONTENT_SECURITY_POLICY, NOTHING_ELSE), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
        let operations = operations
            .method_not_allowed_fallback(async || Problem::from(Kind::Method))
            .fallback(async || Problem::from(Kind::NotFound))
            .layer(from_fn(unchanged::unchanged))
            .layer(from_fn_with_state(self.clone(), once::once))
            .with_state(self);
        Router::new()
            .nest("/api/v1", operations)
            .route("/api/openapi.json", get(async move || (json, document.to_string())))
            .route("/api/docs", get(async move || (page, Html(shown.to_string()))))
    }

    pub(super) fn gate(&self) -> &Gate {
        &self.0.parts.gate
    }

    pub(super) fn parts(&self) -> &ApiParts {
        &self.0.parts
    }

    /// Room for a password to be hashed.
    pub(super) fn hashes(&self) -> &Semaphore {
        &self.0.hashes
    }

    /// Room for a plan to be made.
    pub(super) fn plans(&self) -> &Semaphore {
        &self.0.plans
    }
}

/// All operations, with what they say of themselves.
pub(super) fn operations() -> OpenApiRouter<ApiDoor> {
    OpenApiRouter::with_openapi(begin())
        .merge(mirrors::operations())
        .merge(runs::operations())
        .merge(images::operations())
        .merge(people::operations())
        .merge(nodes::operations())
        .merge(health::operations())
}

/// The operations alone, as the document has them.
pub(super) fn described() -> OpenApi {
    operations().into_openapi()
}
