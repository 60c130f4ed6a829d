//! `GET /v2/token`: a pass for who shows a login, and for who has none
//! (<https://distribution.github.io/distribution/spec/auth/token/>).

use axum::Json;
use axum::response::IntoResponse as _;
use http::header::CACHE_CONTROL;
use jiff::Timestamp;
use serde::Serialize;

use super::answer::Answer;
use super::door::RegistryDoor;
use super::error::RegistryError;
use super::request::Asked;

#[derive(Serialize)]
struct Pass<'a> {
    token: &'a str,
    access_token: &'a str,
    /// Seconds.
    expires_in: u64,
    issued_at: Timestamp,
}

/// Hands out a pass. Scopes that are asked for do not matter: what the bearer may do is looked up each time.
pub(super) fn hand_out_pass(door: &RegistryDoor, asked: &Asked) -> Answer {
    let Some((pass, lasts)) = door.gate.pass(&asked.caller) else {
        return Err(RegistryError::no_endpoint(asked.path()));
    };
    let issued_at = Timestamp::now();
    let pass = Pass { token: &pass, access_token: &pass, expires_in: lasts.as_secs(), issued_at };
    Ok(([(CACHE_CONTROL, "no-store")], Json(pass)).into_response())
}
