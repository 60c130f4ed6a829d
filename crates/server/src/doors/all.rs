//! All doors together.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use portolan_store::Store;

use super::health::HealthDoor;
use super::registry::{RegistryDoor, RegistryLimits};
use crate::access::this_machine;
use crate::http::HttpLimits;
use crate::metrics::{Metrics, count};

/// All doors to a store on one listener that asks for no login, and around them what refuses other machines and what
/// counts requests.
pub fn all(store: Store, limits: HttpLimits, metrics: Metrics) -> Router {
    let registry = RegistryDoor::new(store.clone(), RegistryLimits { pause: limits.pause });
    let health = HealthDoor::new(store, metrics.clone());
    registry
        .router()
        .merge(health.router())
        .layer(from_fn(this_machine))
        .layer(from_fn_with_state(metrics, count))
}
