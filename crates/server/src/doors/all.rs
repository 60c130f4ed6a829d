//! All doors together.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};

use super::api::{ApiDoor, ApiParts};
use super::console::{ConsoleDoor, Subject};
use super::health::{Counted, HealthDoor};
use super::hooks::HooksDoor;
use super::registry::{RegistryDoor, RegistryLimits};
use crate::access::this_machine;
use crate::http::{HttpLimits, Scheme};
use crate::metrics::{Metrics, count};

/// What doors know of.
pub struct Parts {
    /// What the API is about, and with it all other doors.
    pub api: ApiParts,
    /// What clients may cost.
    pub limits: HttpLimits,
    /// How they come.
    pub scheme: Scheme,
    /// What is counted.
    pub metrics: Metrics,
}

/// All doors on one listener, and around them what counts requests;
/// where nobody is asked for a login, also what refuses other machines.
pub fn all(Parts { api, limits, scheme, metrics }: Parts) -> Router {
    let (store, gate, live, runs) = (api.store.clone(), api.gate.clone(), api.live.clone(), api.runs.clone());
    let registry =
        RegistryDoor::new(store.clone(), RegistryLimits { pause: limits.pause }, gate.clone(), scheme);
    let subject =
        Subject { store: store.clone(), live: live.clone(), runs: runs.clone(), nodes: api.nodes.clone() };
    let console = ConsoleDoor::new(subject, gate.clone());
    let tasks = api.planner.books.tasks.clone();
    let counted = Counted { runs: runs.clone(), nodes: api.nodes.clone(), tasks };
    let health = HealthDoor::new(store, counted, metrics.clone(), gate.clone());
    let hooks = HooksDoor::new(live, runs, api.bell.clone(), metrics.clone());
    let doors = registry.router().merge(health.router()).merge(hooks.router()).merge(console.router());
    let doors = doors.merge(ApiDoor::new(api).router());
    let doors = if gate.is_open() { doors.layer(from_fn(this_machine)) } else { doors };
    doors.layer(from_fn_with_state(metrics, count))
}
