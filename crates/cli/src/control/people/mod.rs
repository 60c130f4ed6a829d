//! Who is asked about users and tokens, and told what becomes of them.

mod catalogue;
mod daemon;

use async_trait::async_trait;
use portolan_catalog::{Grant, RepositoryPattern, TokenName, UserName};
use portolan_server::wire::{MadeToken, NewTokenData, NewUserData, RoleWord, TokenData, UserData};

use crate::error::{CliError, Failure};

/// What is to be changed of a user.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    /// He may do that, in place of what he may do by the same pattern.
    Grant(Grant),
    /// He may do nothing by this pattern.
    Revoke(RepositoryPattern),
    /// This is what he is.
    Role(RoleWord),
    /// He has this password; with none he logs in by tokens only.
    Password(Option<String>),
    /// He may no longer log in.
    Disable,
    /// He may log in again.
    Enable,
}

/// Whether something is other than it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Changed {
    Now,
    /// It was so before.
    Before,
}

/// Who knows of users and tokens.
#[async_trait(?Send)]
pub(crate) trait People {
    /// The users, by their names.
    async fn users(&self) -> Result<Vec<UserData>, CliError>;

    /// Adds a user.
    async fn add_user(&self, new: NewUserData) -> Result<(), CliError>;

    /// Changes a user.
    async fn change_user(&self, name: &UserName, change: Change) -> Result<Changed, CliError>;

    /// Deletes a user, with his tokens.
    async fn delete_user(&self, name: &UserName) -> Result<(), CliError>;

    /// The tokens, without what is secret of them.
    async fn tokens(&self) -> Result<Vec<TokenData>, CliError>;

    /// Makes a token for a user.
    async fn create_token(&self, user: &UserName, new: NewTokenData) -> Result<MadeToken, CliError>;

    /// Revokes a token.
    async fn revoke_token(&self, name: TokenName) -> Result<Changed, CliError>;
}

fn no_user(name: &UserName) -> CliError {
    CliError::from(Failure::NotFound(format!("there is no user {name}"))).with_hint("portolan user list")
}

fn no_token(name: TokenName) -> CliError {
    CliError::from(Failure::NotFound(format!("there is no token {name}"))).with_hint("portolan token list")
}
