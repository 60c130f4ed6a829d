//! How a listener talks with whoever connects.

use std::convert::Infallible;

use super::Scheme;
use crate::tls::Tls;

/// How a listener talks with whoever connects.
#[derive(Debug, Clone)]
pub enum Encryption {
    /// Plain HTTP.
    Off,
    /// HTTP over TLS, in version 2 where the client knows it.
    Tls(Tls),
}

impl Encryption {
    /// How clients reach the listener.
    pub fn scheme(&self) -> Scheme {
        match self {
            Self::Off => Scheme::Http,
            Self::Tls(_) => Scheme::Https,
        }
    }

    /// Does what has to be done from time to time, for as long as it is asked.
    pub(super) async fn keep_current(&self) -> Infallible {
        match self {
            Self::Off => std::future::pending().await,
            Self::Tls(tls) => tls.keep_current().await,
        }
    }
}
