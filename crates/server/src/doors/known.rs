//! What is told to who is known, whatever he may do.

use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::WWW_AUTHENTICATE;
use http::request::Parts;
use portolan_oci::with_causes;

use crate::access::{Caller, Gate, Refusal};

/// Lets in who is known; everybody where nobody is asked for a login. Others get this answer.
pub(super) async fn known(gate: &Gate, request: &Parts) -> Result<(), Response> {
    match gate.caller(request).await {
        Ok(Caller::Anybody | Caller::Known(_)) => Ok(()),
        Ok(Caller::Stranger(_) | Caller::Guest(_)) | Err(Refusal::Wrong) => {
            let challenge = [(WWW_AUTHENTICATE, "Basic realm=\"Portolan\", charset=\"UTF-8\"")];
            Err((StatusCode::UNAUTHORIZED, challenge, "a login is needed\n").into_response())
        }
        Err(refusal @ Refusal::Busy) => {
            Err((StatusCode::TOO_MANY_REQUESTS, format!("{refusal}\n")).into_response())
        }
        Err(Refusal::Catalog(error)) => {
            tracing::error!(cause = with_causes(&error), "a login cannot be checked");
            Err((StatusCode::SERVICE_UNAVAILABLE, "logins cannot be checked now\n").into_response())
        }
    }
}
