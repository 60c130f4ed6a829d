//! Users, their tokens, and what was changed of them and of mirrors. For admins.

mod audit;
mod tokens;
mod users;

use portolan_catalog::UserName;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::door::ApiDoor;
use super::problem::{Kind, Problem};
use crate::access::{PasswordError, hash};
use portolan_catalog::PasswordHash;

pub(super) fn operations() -> OpenApiRouter<ApiDoor> {
    OpenApiRouter::new()
        .routes(routes!(users::list_users, users::add_user))
        .routes(routes!(users::get_user, users::change_user, users::delete_user))
        .routes(routes!(tokens::list_tokens))
        .routes(routes!(tokens::create_token))
        .routes(routes!(tokens::revoke_token))
        .routes(routes!(audit::list_audit))
}

fn named(name: &str) -> Result<UserName, Problem> {
    name.parse().map_err(|error| Kind::Unfit.because(format!("{error}")))
}

fn unknown(name: &UserName) -> Problem {
    Kind::NotFound.because(format!("there is no user `{name}`"))
}

/// What is kept of a password. It costs a tenth of a second of a processor.
async fn hashed(door: &ApiDoor, password: String) -> Result<PasswordHash, Problem> {
    let _room = door.hashes().acquire().await;
    let hashed = tokio::task::spawn_blocking(move || hash(&password)).await;
    match hashed {
        Ok(Ok(hash)) => Ok(hash),
        Ok(Err(error @ (PasswordError::TooShort | PasswordError::Known))) => {
            Err(Kind::Unfit.because(format!("`password`: {error}")))
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "a password cannot be hashed");
            Err(Kind::Unavailable.because("passwords cannot be hashed now"))
        }
        Err(error) => {
            tracing::error!(%error, "a password cannot be hashed");
            Err(Kind::Unavailable.because("passwords cannot be hashed now"))
        }
    }
}
