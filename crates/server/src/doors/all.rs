//! All doors together.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use portolan_store::Store;

use super::health::HealthDoor;
use super::hooks::HooksDoor;
use super::registry::{RegistryDoor, RegistryLimits};
use crate::access::{Gate, this_machine};
use crate::http::{HttpLimits, Scheme};
use crate::metrics::{Metrics, count};

/// All doors to a store on one listener, with those that webhooks come in by, and around them what counts requests;
/// where nobody is asked for a login, also what refuses other machines.
pub fn all(
    store: Store,
    (limits, scheme): (HttpLimits, Scheme),
    metrics: Metrics,
    gate: &Gate,
    hooks: HooksDoor,
) -> Router {
    let registry =
        RegistryDoor::new(store.clone(), RegistryLimits { pause: limits.pause }, gate.clone(), scheme);
    let health = HealthDoor::new(store, metrics.clone(), gate.clone());
    let doors = registry.router().merge(health.router()).merge(hooks.router());
    let doors = if gate.is_open() { doors.layer(from_fn(this_machine)) } else { doors };
    doors.layer(from_fn_with_state(metrics, count))
}
