//! A registry under load, whichever it is.

use std::path::Path;

use portolan_testkit::client;
use portolan_testkit::registry::Registry;
use rustls::RootCertStore;

use super::{Portolan, ServeError};
use crate::client::{Client, Kind};
use crate::lean;

/// Whether a server speaks TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encryption {
    Off,
    Tls,
}

/// A running one that started empty.
#[derive(Debug)]
pub(super) enum Server {
    Portolan(Box<Portolan>),
    DockerRegistry(Box<Registry>),
}

impl Server {
    /// Starts it; Portolan keeps everything below `home`, the other in a folder beside it.
    pub(super) async fn start(
        program: &Client,
        home: &Path,
        encryption: Encryption,
    ) -> Result<Self, ServeError> {
        if program.kind == Kind::Portolan {
            let portolan = Portolan::start(&program.program, home, encryption).await?;
            return Ok(Self::Portolan(Box::new(portolan)));
        }
        let builder = match encryption {
            Encryption::Off => Registry::builder(),
            Encryption::Tls => Registry::builder().tls(),
        };
        Ok(Self::DockerRegistry(Box::new(builder.start().await.ok_or(ServeError::Absent)?)))
    }

    /// `http://` or `https://`, host and port.
    pub(super) fn url(&self) -> String {
        match self {
            Self::Portolan(portolan) => portolan.url().to_owned(),
            Self::DockerRegistry(registry) => registry.url(),
        }
    }

    pub(super) fn pid(&self) -> Result<u32, ServeError> {
        match self {
            Self::Portolan(portolan) => portolan.pid(),
            Self::DockerRegistry(registry) => Ok(registry.pid()),
        }
    }

    /// A client that can push.
    pub(super) fn pusher(&self) -> client::Client {
        client::Client::new(&self.url())
    }

    /// A client that can do little, and costs little: HTTP/1.1, a connection for each request under way.
    pub(super) fn http(&self) -> Result<reqwest::Client, ServeError> {
        let mut authorities = RootCertStore::empty();
        let authority = match self {
            Self::Portolan(portolan) => portolan.authority(),
            Self::DockerRegistry(registry) => registry.url().starts_with("https:").then(|| registry.ca_der()),
        };
        if let Some(authority) = authority {
            let added = authorities.add(authority.into());
            added.map_err(|wrong| ServeError::Answer(format!("with an unusable certificate: {wrong}")))?;
        }
        Ok(lean::trusting(authorities)?)
    }

    /// Ends it, and waits for that.
    pub(super) async fn stop(self) -> Result<(), ServeError> {
        match self {
            Self::Portolan(portolan) => portolan.stop().await,
            Self::DockerRegistry(mut registry) => {
                registry.stop();
                Ok(())
            }
        }
    }
}
