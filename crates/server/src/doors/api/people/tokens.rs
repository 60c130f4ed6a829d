//! `/api/v1/tokens`, and those of a user.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use jiff::Timestamp;
use portolan_catalog::{CreateToken, NewToken, RevokeToken, TokenName};

use super::super::asking::Manager;
use super::super::door::ApiDoor;
use super::super::input::{Asked, At, Sent, limit};
use super::super::problem::{Kind, Problem};
use super::{named, unknown};
use crate::wire::{GrantData, MadeToken, NewTokenData, PageOf, PageQuery, TokenData};

/// Characters of a note, at most.
const NOTE: usize = 255;

/// Lists tokens, without what is secret of them, by their names
#[utoipa::path(get, path = "/tokens", tag = "people", params(PageQuery),
    responses((status = OK, body = PageOf<TokenData>)))]
pub(super) async fn list_tokens(
    _: Manager,
    State(door): State<ApiDoor>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<PageOf<TokenData>>, Problem> {
    let limit = limit(&page)?;
    let now = Timestamp::now();
    let tokens = door.parts().access.tokens_after(page.after.as_deref(), limit + 1).await?;
    let page = PageOf::cut(tokens, limit, |token| token.name.to_string());
    Ok(Json(page.map(|token| TokenData::of(token, now))))
}

/// Makes a token for a user
///
/// It is told now and never again: only a hash of it is kept.
#[utoipa::path(post, path = "/users/{name}/tokens", tag = "people",
    params(("name" = String, Path, description = "Whose it is to be")), request_body = NewTokenData,
    responses((status = CREATED, body = MadeToken)))]
pub(super) async fn create_token(
    by: Manager,
    State(door): State<ApiDoor>,
    At(name): At<String>,
    Sent(new): Sent<NewTokenData>,
) -> Result<(StatusCode, Json<MadeToken>), Problem> {
    let user = named(&name)?;
    if new.note.chars().count() > NOTE {
        return Err(Kind::Unfit.because("`note` has no more than 255 characters"));
    }
    if new.note.chars().any(char::is_control) {
        return Err(Kind::Unfit.because("`note` is one line of text"));
    }
    let only = GrantData::grants(&new.only);
    let narrowed = only.map_err(|error| Kind::Unfit.because(format!("`only`: {error}")))?;
    let new = NewToken { user: user.clone(), note: new.note, narrowed, expires_at: new.expires_at };
    match door.parts().access.create_token(&new, &by.actor()).await? {
        CreateToken::Created(token) => {
            let (name, expires_at) = (token.name().to_string(), new.expires_at);
            let made = MadeToken { name, token: token.reveal(), user: user.to_string(), expires_at };
            Ok((StatusCode::CREATED, Json(made)))
        }
        CreateToken::NoSuchUser => Err(unknown(&user)),
    }
}

/// Revokes a token
#[utoipa::path(delete, path = "/tokens/{name}", tag = "people",
    params(("name" = String, Path, description = "Its name")),
    responses((status = NO_CONTENT, description = "It is no longer good")))]
pub(super) async fn revoke_token(
    by: Manager,
    State(door): State<ApiDoor>,
    At(name): At<String>,
) -> Result<StatusCode, Problem> {
    let unknown = || Kind::NotFound.because(format!("there is no token `{name}`"));
    let token: TokenName = name.parse().map_err(|_| unknown())?;
    match door.parts().access.revoke_token(token, &by.actor()).await? {
        RevokeToken::Revoked | RevokeToken::Before => Ok(StatusCode::NO_CONTENT),
        RevokeToken::NoSuchToken => Err(unknown()),
    }
}
