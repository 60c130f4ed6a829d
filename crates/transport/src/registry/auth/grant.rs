//! What a request brings to show who asks.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderValue;
use tokio::time::Instant;

use crate::Login;

/// The credentials of one request. Has no `Debug`: it holds secrets.
#[derive(Clone)]
pub(in crate::registry) enum Grant {
    /// None.
    Nobody,
    /// User and password.
    Basic(Arc<Basic>),
    /// An access token.
    Bearer(Arc<Token>, Age),
}

/// Where a token is from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::registry) enum Age {
    /// Fetched for this request.
    New,
    /// Fetched before.
    Kept,
}

pub(in crate::registry) struct Basic {
    pub(super) header: HeaderValue,
    pub(super) user: String,
}

pub(in crate::registry) struct Token {
    pub(super) header: HeaderValue,
    /// For whom, if it is not for anybody.
    pub(super) user: Option<String>,
    /// What it was asked for.
    pub(super) scopes: Vec<String>,
    /// When a new one should be fetched.
    pub(super) renew_at: Instant,
}

impl Grant {
    pub(in crate::registry) fn header(&self) -> Option<&HeaderValue> {
        match self {
            Self::Nobody => None,
            Self::Basic(basic) => Some(&basic.header),
            Self::Bearer(token, _) => Some(&token.header),
        }
    }

    /// As whom.
    pub(in crate::registry) fn user(&self) -> Option<&str> {
        match self {
            Self::Nobody => None,
            Self::Basic(basic) => Some(&basic.user),
            Self::Bearer(token, _) => token.user.as_deref(),
        }
    }
}

/// The header for a user and a password; `None` for a login of another kind.
pub(super) fn basic(login: &Login) -> Option<Basic> {
    let Login::Basic { user, password } = login else { return None };
    let value = format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")));
    Some(Basic { header: secret(&value)?, user: user.clone() })
}

/// A header that is never shown.
pub(super) fn secret(value: &str) -> Option<HeaderValue> {
    let mut header = HeaderValue::from_str(value).ok()?;
    header.set_sensitive(true);
    Some(header)
}
