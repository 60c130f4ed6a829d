//! All doors together.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use portolan_catalog::Runs;
use portolan_store::Store;
use portolan_sync::Mirror;

use super::console::ConsoleDoor;
use super::health::HealthDoor;
use super::hooks::{Hook, HooksDoor};
use super::registry::{RegistryDoor, RegistryLimits};
use crate::access::{Gate, this_machine};
use crate::http::{HttpLimits, Scheme};
use crate::metrics::{Metrics, count};
use crate::mirroring::Bell;

/// What doors know of mirrors.
pub struct Mirroring {
    /// The mirrors.
    pub mirrors: Vec<Mirror>,
    /// What is remembered of them.
    pub runs: Runs,
    /// Heard by who keeps them.
    pub bell: Bell,
    /// Who may tell of new images.
    pub hooks: Vec<Hook>,
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
    let Mirroring { mirrors, runs, bell, hooks } = mirroring;
    let console = ConsoleDoor::new(store.clone(), mirrors.clone(), runs.clone(), gate.clone());
    let health = HealthDoor::new(store, runs.clone(), metrics.clone(), gate.clone());
    let hooks = HooksDoor::new(hooks, mirrors, runs, bell, metrics.clone());
    let doors = registry.router().merge(health.router()).merge(hooks.router()).merge(console.router());
    let doors = if gate.is_open() { doors.layer(from_fn(this_machine)) } else { doors };
    doors.layer(from_fn_with_state(metrics, count))
}
