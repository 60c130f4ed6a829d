//! Who asks the API.

use axum::extract::FromRequestParts;
use http::request::Parts;
use portolan_oci::with_causes;

use super::door::ApiDoor;
use super::problem::{Kind, Problem};
use crate::access::{Caller, Refusal, is_of_another_site};

/// Somebody who is known, and may look at mirrors and their runs.
pub(super) struct Viewer(pub(super) Caller);

/// Somebody who may change everything: an admin, or anybody on this machine where access is not regulated.
pub(super) struct Manager(pub(super) Caller);

impl Manager {
    /// As records have him.
    pub(super) fn actor(&self) -> String {
        self.0.to_string()
    }
}

impl FromRequestParts<ApiDoor> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, door: &ApiDoor) -> Result<Self, Problem> {
        match door.gate().caller(parts).await {
            Ok(caller) if caller.has_no_login() => Err(Kind::Login.into()),
            Ok(caller) => Ok(Self(caller)),
            Err(Refusal::Wrong) => Err(Kind::Login.because("the login is wrong or no longer good")),
            Err(refusal @ Refusal::Busy) => Err(Kind::Busy.because(refusal.to_string())),
            Err(Refusal::Catalog(error)) => {
                tracing::error!(cause = with_causes(&error), "a login cannot be checked");
                Err(Kind::Unavailable.because("logins cannot be checked now"))
            }
        }
    }
}

impl FromRequestParts<ApiDoor> for Manager {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, door: &ApiDoor) -> Result<Self, Problem> {
        if !parts.method.is_safe() && is_of_another_site(parts) {
            return Err(Kind::Forbidden.because("a page of another site changes nothing here"));
        }
        let Viewer(caller) = Viewer::from_request_parts(parts, door).await?;
        if caller.may_manage() {
            Ok(Self(caller))
        } else {
            Err(Kind::Forbidden
                .because("this is for admins, with their password or a token that is not narrowed"))
        }
    }
}
