//! Who asks.

use std::fmt;
use std::sync::Arc;

use portolan_catalog::{Action, Grants, KnownToken, Role, User};
use portolan_oci::RepositoryName;

/// Who asks, as far as it is known.
#[derive(Debug, Clone)]
pub enum Caller {
    /// Somebody on this machine, where access is not regulated.
    Anybody,
    /// Somebody who shows nothing, and may do what everybody may.
    Stranger(Arc<Grants>),
    /// The same with a pass: he was asked for a login, and has none.
    Guest(Arc<Grants>),
    /// A user.
    Known(Arc<KnownCaller>),
}

/// A user who asks.
#[derive(Debug)]
pub struct KnownCaller {
    pub(super) proof: Proof,
    /// What everybody may do.
    pub(super) everybody: Arc<Grants>,
}

/// What a user has shown.
#[derive(Debug)]
pub(super) enum Proof {
    /// His password.
    Password(Arc<User>),
    /// A token of his.
    Token(Arc<KnownToken>),
}

impl Caller {
    /// Whether this caller may do that there.
    pub fn may(&self, action: Action, repository: &RepositoryName) -> bool {
        match self {
            Self::Anybody => true,
            Self::Stranger(everybody) | Self::Guest(everybody) => everybody.allow(action, repository),
            Self::Known(known) => known.may(action, repository),
        }
    }

    /// Whether there can be a repository where this caller may do that.
    pub fn may_somewhere(&self, action: Action) -> bool {
        match self {
            Self::Anybody | Self::Known(_) => true,
            Self::Stranger(everybody) | Self::Guest(everybody) => everybody.allow_somewhere(action),
        }
    }

    /// Whether this caller may change mirrors, users and tokens: an admin, who shows his password or a token that is not
    /// narrowed; anybody where access is not regulated.
    pub fn may_manage(&self) -> bool {
        match self {
            Self::Anybody => true,
            Self::Stranger(_) | Self::Guest(_) => false,
            Self::Known(known) => known.user().role == Role::Admin && known.is_whole(),
        }
    }

    /// Whether he might do more with a login.
    pub fn has_no_login(&self) -> bool {
        matches!(self, Self::Stranger(_) | Self::Guest(_))
    }
}

impl KnownCaller {
    fn may(&self, action: Action, repository: &RepositoryName) -> bool {
        let user = self.user();
        let his = user.role == Role::Admin || user.grants.allow(action, repository);
        let narrowed = match &self.proof {
            Proof::Password(_) => None,
            Proof::Token(token) => Some(&token.narrowed).filter(|narrowed| !narrowed.is_empty()),
        };
        let here = narrowed.is_none_or(|narrowed| narrowed.allow(action, repository));
        his && here || self.everybody.allow(action, repository)
    }

    /// Whether he may do here all that he may do anywhere.
    fn is_whole(&self) -> bool {
        match &self.proof {
            Proof::Password(_) => true,
            Proof::Token(token) => token.narrowed.is_empty(),
        }
    }

    pub(super) fn user(&self) -> &User {
        match &self.proof {
            Proof::Password(user) => user,
            Proof::Token(token) => &token.user,
        }
    }
}

/// As records and logs have him.
impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anybody => f.write_str("anybody"),
            Self::Stranger(_) | Self::Guest(_) => f.write_str("anonymous"),
            Self::Known(known) => match &known.proof {
                Proof::Password(user) => user.name.fmt(f),
                Proof::Token(token) => write!(f, "{} (token {})", token.user.name, token.name),
            },
        }
    }
}
