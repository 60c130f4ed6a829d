//! Whether the daemon can work.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use portolan_oci::with_causes;

use super::HealthDoor;

/// Asks the catalogue and the storage; what is wrong stands in the log, which part it is in the answer.
pub(super) async fn ready(State(door): State<HealthDoor>) -> Response {
    match door.store.check().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(cause = with_causes(&error), "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {error}\n")).into_response()
        }
    }
}
