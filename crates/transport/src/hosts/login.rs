//! Who asks.

use std::fmt;

/// Credentials for a registry.
#[derive(Clone, PartialEq, Eq)]
pub enum Login {
    /// A user name with a password or access token.
    Basic {
        /// Who.
        user: String,
        /// The password.
        password: String,
    },
    /// A refresh token that the registry's token server turns into access tokens (`OAuth2`
    /// `grant_type=refresh_token`). It is of no use for basic authentication.
    IdentityToken {
        /// Who; `<token>` if it is not known.
        user: String,
        /// The refresh token.
        token: String,
    },
}

impl Login {
    /// What credential files and helpers write in place of a user name for an identity token.
    pub const TOKEN_USER: &str = "<token>";

    /// Who logs in.
    pub fn user(&self) -> &str {
        match self {
            Self::Basic { user, .. } | Self::IdentityToken { user, .. } => user,
        }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Basic { user, .. } => write!(f, "Basic {{ user: {user:?}, password: *** }}"),
            Self::IdentityToken { user, .. } => write!(f, "IdentityToken {{ user: {user:?}, token: *** }}"),
        }
    }
}
