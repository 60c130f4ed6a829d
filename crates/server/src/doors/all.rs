//! All doors together.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use portolan_catalog::Runs;
use portolan_store::Store;

use super::console::ConsoleDoor;
use super::health::HealthDoor;
use super::hooks::HooksDoor;
use super::registry::{RegistryDoor, RegistryLimits};
use crate::access::{Gate, this_machine};
use crate::http::{HttpLimits, Scheme};
use crate::live::Live;
use crate::metrics::{Metrics, count};
use crate::mirroring::Bell;

/// What doors know of mirrors.
pub struct Mirroring {
    /// Those that there are, and who may tell of new images.
    pub live: Live,
    /// What is remembered of them.
    pub runs: Runs,
    /// Heard by who keeps them.
    pub bell: Bell,
}

/// All doors on one listener, and around them what counts requests;
/// where nobody is asked for a login, also what refuses other machines.
pub fn all(
    store: Store,
    (limits, scheme): (HttpLimits, Scheme),
    metrics: Metrics,
    gate: &Gate,
    mirroring: Mirroring,
) -> Router {
    let registry =
        RegistryDoor::new(store.clone(), RegistryLimits { pause: limits.pause }, gate.clone(), scheme);
    let Mirroring { live, runs, bell } = mirroring;
    let console = ConsoleDoor::new(store.clone(), live.clone(), runs.clone(), gate.clone());
    let hooks = HooksDoor::new(live, runs, bell, metrics.clone());
    let health = HealthDoor::new(store, metrics.clone(), gate.clone());
    let doors = registry.router().merge(health.router()).merge(hooks.router()).merge(console.router());
    let doors = if gate.is_open() { doors.layer(from_fn(this_machine)) } else { doors };
    doors.layer(from_fn_with_state(metrics, count))
}
