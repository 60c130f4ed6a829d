//! The catalogue, which daemons on it look at.

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_catalog::{
    Access, AddUser, ChangeUser, CreateToken, DeleteUser, NewToken, NewUser, PasswordHash, RevokeToken,
    TokenName, UserChange, UserName,
};
use portolan_server::access::hash;
use portolan_server::wire::{
    GrantData, GrantError, MadeToken, NewTokenData, NewUserData, TokenData, UserData,
};

use super::super::catalogue::ByCatalogue;
use super::{Change, Changed, People, no_token, no_user};
use crate::actor::actor;
use crate::ask;
use crate::error::{CliError, Failure};

impl ByCatalogue<'_> {
    async fn access(&self) -> Result<Access, CliError> {
        self.0.access().await
    }
}

#[async_trait(?Send)]
impl People for ByCatalogue<'_> {
    async fn users(&self) -> Result<Vec<UserData>, CliError> {
        Ok(self.access().await?.users().await?.iter().map(UserData::from).collect())
    }

    async fn add_user(&self, new: NewUserData) -> Result<(), CliError> {
        let name: UserName = new.name.parse().map_err(|error| ask::usage(&format!("{error}")))?;
        let grants = GrantData::grants(&new.grants).map_err(|error| no_grant(&error))?;
        let password = new.password.as_deref().map(hashed).transpose()?;
        let user = NewUser { name: name.clone(), password, role: new.role.into(), grants };
        if self.access().await?.add_user(&user, &actor()).await? == AddUser::Exists {
            let problem = Failure::Refused(format!("there is a user {name} already"));
            return Err(CliError::from(problem).with_hint("portolan user --help: what can be changed"));
        }
        if self.0.config()?.config.access.is_none() {
            self.0.talk.say("nobody is asked for a login until the configuration has `access:`");
        }
        Ok(())
    }

    async fn change_user(&self, name: &UserName, change: Change) -> Result<Changed, CliError> {
        let change = match change {
            Change::Grant(grant) => UserChange::Grant(grant),
            Change::Revoke(pattern) => UserChange::Revoke(pattern),
            Change::Role(role) => UserChange::Role(role.into()),
            Change::Password(password) => UserChange::Password(password.as_deref().map(hashed).transpose()?),
            Change::Disable => UserChange::Disable,
            Change::Enable => UserChange::Enable,
        };
        match self.access().await?.change_user(name, &change, &actor()).await? {
            ChangeUser::Changed => Ok(Changed::Now),
            ChangeUser::Unchanged => Ok(Changed::Before),
            ChangeUser::NoSuchUser => Err(no_user(name)),
        }
    }

    async fn delete_user(&self, name: &UserName) -> Result<(), CliError> {
        match self.access().await?.delete_user(name, &actor()).await? {
            DeleteUser::Deleted => Ok(()),
            DeleteUser::NoSuchUser => Err(no_user(name)),
        }
    }

    async fn tokens(&self) -> Result<Vec<TokenData>, CliError> {
        let (tokens, now) = (self.access().await?.tokens().await?, Timestamp::now());
        Ok(tokens.into_iter().map(|token| TokenData::of(token, now)).collect())
    }

    async fn create_token(&self, user: &UserName, new: NewTokenData) -> Result<MadeToken, CliError> {
        let narrowed = GrantData::grants(&new.only).map_err(|error| no_grant(&error))?;
        let expires_at = new.expires_at;
        let new = NewToken { user: user.clone(), note: new.note, narrowed, expires_at };
        let CreateToken::Created(token) = self.access().await?.create_token(&new, &actor()).await? else {
            return Err(no_user(user));
        };
        let (name, user) = (token.name().to_string(), user.to_string());
        Ok(MadeToken { name, token: token.reveal(), user, expires_at })
    }

    async fn revoke_token(&self, name: TokenName) -> Result<Changed, CliError> {
        match self.access().await?.revoke_token(name, &actor()).await? {
            RevokeToken::Revoked => Ok(Changed::Now),
            RevokeToken::Before => Ok(Changed::Before),
            RevokeToken::NoSuchToken => Err(no_token(name)),
        }
    }
}

fn hashed(password: &str) -> Result<PasswordHash, CliError> {
    hash(password).map_err(|error| ask::usage(&error.to_string()))
}

fn no_grant(error: &GrantError) -> CliError {
    ask::usage(&error.to_string())
}
