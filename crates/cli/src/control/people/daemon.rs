//! A daemon, by its API.

use async_trait::async_trait;
use http::Method;
use portolan_catalog::{TokenName, UserName};
use portolan_server::wire::{
    ChangedUser, GrantData, MadeToken, NewTokenData, NewUserData, TokenData, TokenState, UserData,
};
use portolan_transport::ApiCall;

use super::super::daemon::{ByDaemon, escaped};
use super::{Change, Changed, People, no_token};
use crate::error::CliError;

impl ByDaemon<'_> {
    async fn user(&self, name: &UserName) -> Result<UserData, CliError> {
        self.read(ApiCall::get(path(name))).await
    }
}

#[async_trait(?Send)]
impl People for ByDaemon<'_> {
    async fn users(&self) -> Result<Vec<UserData>, CliError> {
        self.list("users", u64::MAX).await
    }

    async fn add_user(&self, new: NewUserData) -> Result<(), CliError> {
        self.send::<UserData>(Method::POST, "users".to_owned(), &new).await.map(drop)
    }

    async fn change_user(&self, name: &UserName, change: Change) -> Result<Changed, CliError> {
        let before = self.user(name).await?;
        // A password is another one even if it is the same: nobody can tell.
        let is_secret = matches!(change, Change::Password(Some(_)));
        let changed = changed(&before, change);
        let after: UserData = self.send(Method::PATCH, path(name), &changed).await?;
        Ok(if before == after && !is_secret { Changed::Before } else { Changed::Now })
    }

    async fn delete_user(&self, name: &UserName) -> Result<(), CliError> {
        self.call(ApiCall::get(path(name)).with(Method::DELETE)).await.map(drop)
    }

    async fn tokens(&self) -> Result<Vec<TokenData>, CliError> {
        self.list("tokens", u64::MAX).await
    }

    async fn create_token(&self, user: &UserName, new: NewTokenData) -> Result<MadeToken, CliError> {
        self.send(Method::POST, format!("{}/tokens", path(user)), &new).await
    }

    async fn revoke_token(&self, name: TokenName) -> Result<Changed, CliError> {
        let tokens = self.tokens().await?;
        let before =
            tokens.iter().find(|token| token.name == name.to_string()).ok_or_else(|| no_token(name))?;
        if before.state == TokenState::Revoked {
            return Ok(Changed::Before);
        }
        self.call(ApiCall::get(format!("tokens/{name}")).with(Method::DELETE)).await?;
        Ok(Changed::Now)
    }
}

fn path(user: &UserName) -> String {
    format!("users/{}", escaped(user.as_str()))
}

/// What the daemon is told.
fn changed(user: &UserData, change: Change) -> ChangedUser {
    let others = |pattern: &str| -> Vec<GrantData> {
        user.grants.iter().filter(|grant| grant.repositories != pattern).cloned().collect()
    };
    let nothing = ChangedUser::default();
    match change {
        Change::Grant(grant) => {
            let grant = GrantData::from(&grant);
            let mut grants = others(&grant.repositories);
            grants.push(grant);
            ChangedUser { grants: Some(grants), ..nothing }
        }
        Change::Revoke(pattern) => ChangedUser { grants: Some(others(&pattern.to_string())), ..nothing },
        Change::Role(role) => ChangedUser { role: Some(role), ..nothing },
        Change::Password(password) => ChangedUser { password: Some(password), ..nothing },
        Change::Disable => ChangedUser { disabled: Some(true), ..nothing },
        Change::Enable => ChangedUser { disabled: Some(false), ..nothing },
    }
}
