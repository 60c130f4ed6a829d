//! `/api/v1/users`.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use portolan_catalog::{
    AddUser, ChangeUser, DeleteUser, Grants, NewUser, RepositoryPattern, User, UserChange, UserName,
};

use super::super::asking::Manager;
use super::super::door::ApiDoor;
use super::super::input::{Asked, At, Sent, limit};
use super::super::problem::{Kind, Problem};
use super::{hashed, named, unknown};
use crate::wire::{ChangedUser, GrantData, NewUserData, PageOf, PageQuery, UserData};

/// Lists users, by their names
#[utoipa::path(get, path = "/users", tag = "people", params(PageQuery),
    responses((status = OK, body = PageOf<UserData>)))]
pub(super) async fn list_users(
    _: Manager,
    State(door): State<ApiDoor>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<PageOf<UserData>>, Problem> {
    let limit = limit(&page)?;
    let users = door.parts().access.users_after(page.after.as_deref(), limit + 1).await?;
    Ok(Json(PageOf::cut(users, limit, |user| user.name.to_string()).map(|user| UserData::from(&user))))
}

/// Adds a user
#[utoipa::path(post, path = "/users", tag = "people", request_body = NewUserData,
    responses((status = CREATED, body = UserData)))]
pub(super) async fn add_user(
    by: Manager,
    State(door): State<ApiDoor>,
    Sent(new): Sent<NewUserData>,
) -> Result<(StatusCode, Json<UserData>), Problem> {
    let (name, grants) = (named(&new.name)?, granted(&new.grants)?);
    let password = match new.password {
        Some(password) => Some(hashed(&door, password).await?),
        None => None,
    };
    let user = NewUser { name: name.clone(), password, role: new.role.into(), grants };
    match door.parts().access.add_user(&user, &by.actor()).await? {
        AddUser::Added => Ok((StatusCode::CREATED, Json(UserData::from(&found(&door, &name).await?)))),
        AddUser::Exists => Err(Kind::Conflict.because(format!("there is a user `{name}` already"))),
    }
}

/// A user
#[utoipa::path(get, path = "/users/{name}", tag = "people",
    params(("name" = String, Path, description = "His name")),
    responses((status = OK, body = UserData)))]
pub(super) async fn get_user(
    _: Manager,
    State(door): State<ApiDoor>,
    At(name): At<String>,
) -> Result<Json<UserData>, Problem> {
    Ok(Json(UserData::from(&found(&door, &named(&name)?).await?)))
}

/// Changes a user
///
/// What is not named stays. A running daemon sees the change within a second.
#[utoipa::path(patch, path = "/users/{name}", tag = "people",
    params(("name" = String, Path, description = "His name")), request_body = ChangedUser,
    responses((status = OK, body = UserData)))]
pub(super) async fn change_user(
    by: Manager,
    State(door): State<ApiDoor>,
    At(name): At<String>,
    Sent(changed): Sent<ChangedUser>,
) -> Result<Json<UserData>, Problem> {
    let name = named(&name)?;
    let wanted = changed.grants.as_deref().map(granted).transpose()?;
    let user = found(&door, &name).await?;
    let mut changes = Vec::new();
    if let Some(password) = changed.password {
        let hashed = match password {
            Some(password) => Some(hashed(&door, password).await?),
            None => None,
        };
        changes.push(UserChange::Password(hashed));
    }
    changes.extend(changed.role.map(|role| UserChange::Role(role.into())));
    changes.extend(wanted.map(|wanted| regranted(&user.grants, &wanted)).unwrap_or_default());
    changes.extend(changed.disabled.map(|disabled| match disabled {
        true => UserChange::Disable,
        false => UserChange::Enable,
    }));
    for change in &changes {
        if door.parts().access.change_user(&name, change, &by.actor()).await? == ChangeUser::NoSuchUser {
            return Err(unknown(&name));
        }
    }
    Ok(Json(UserData::from(&found(&door, &name).await?)))
}

/// Deletes a user, with his tokens
#[utoipa::path(delete, path = "/users/{name}", tag = "people",
    params(("name" = String, Path, description = "His name")),
    responses((status = NO_CONTENT, description = "He is gone")))]
pub(super) async fn delete_user(
    by: Manager,
    State(door): State<ApiDoor>,
    At(name): At<String>,
) -> Result<StatusCode, Problem> {
    let name = named(&name)?;
    match door.parts().access.delete_user(&name, &by.actor()).await? {
        DeleteUser::Deleted => Ok(StatusCode::NO_CONTENT),
        DeleteUser::NoSuchUser => Err(unknown(&name)),
    }
}

async fn found(door: &ApiDoor, name: &UserName) -> Result<User, Problem> {
    door.parts().access.user(name).await?.ok_or_else(|| unknown(name))
}

fn granted(grants: &[GrantData]) -> Result<Grants, Problem> {
    GrantData::grants(grants).map_err(|error| Kind::Unfit.because(format!("`grants`: {error}")))
}

/// From what was granted to what is.
fn regranted(before: &Grants, wanted: &Grants) -> Vec<UserChange> {
    let is_wanted = |pattern: &RepositoryPattern| wanted.iter().any(|grant| grant.pattern == *pattern);
    let gone = before.iter().filter(|grant| !is_wanted(&grant.pattern));
    let revoke = gone.map(|grant| UserChange::Revoke(grant.pattern.clone()));
    revoke.chain(wanted.iter().cloned().map(UserChange::Grant)).collect()
}
