//! A database on a server.

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use url::Url;

/// The URL of a database on a server: `postgres://user:password@host:port/database`, or the same with `mysql`.
/// What follows a `?` is for the connection, such as `sslmode=verify-full`.
///
/// Shown without user, password and options.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerUrl {
    url: Url,
    product: Product,
}

/// Why a text is no such URL. Never repeats it: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ServerUrlError {
    /// Not a URL at all.
    #[error("this is no URL (expected `postgres://USER:PASSWORD@HOST/DATABASE` or `mysql://…`)")]
    NoUrl,
    /// A URL of something else.
    #[error("this is not the URL of a database server (known are `postgres://` and `mysql://`)")]
    UnknownServer,
    /// Nothing behind the host.
    #[error("this URL names no database (`HOST/DATABASE`)")]
    NoDatabase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Product {
    Postgres,
    Mysql,
}

/// How many connections a process has to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerConnections {
    /// Those that write, each one operation at a time.
    pub writers: NonZeroU32,
    /// Those that read.
    pub readers: NonZeroU32,
}

/// A database on a server, and how many connections there are to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    url: ServerUrl,
    connections: ServerConnections,
}

impl Server {
    pub(crate) fn new(url: ServerUrl, connections: ServerConnections) -> Self {
        Self { url, connections }
    }

    /// Its URL.
    pub fn url(&self) -> &ServerUrl {
        &self.url
    }

    pub(crate) fn connections(&self) -> ServerConnections {
        self.connections
    }
}

impl ServerUrl {
    /// With `***` for user, password and options, where there are some.
    pub fn blanked(&self) -> String {
        let shown = self.to_string();
        let hides_user = !self.url.username().is_empty() || self.url.password().is_some();
        let shown = match shown.split_once("://") {
            Some((scheme, rest)) if hides_user => format!("{scheme}://***@{rest}"),
            _ => shown,
        };
        if self.url.query().is_some() { format!("{shown}?***") } else { shown }
    }

    /// With user and password.
    pub(crate) fn in_full(&self) -> &Url {
        &self.url
    }

    pub(crate) fn product(&self) -> Product {
        self.product
    }

    /// The host; of a socket its path.
    fn host(&self) -> Cow<'_, str> {
        let option = self.url.query_pairs().find(|(name, _)| name == "host" || name == "socket");
        match (option, self.url.host_str()) {
            (Some((_, socket)), _) => socket,
            (None, Some(host)) => host.into(),
            (None, None) => "localhost".into(),
        }
    }
}

impl FromStr for ServerUrl {
    type Err = ServerUrlError;

    fn from_str(text: &str) -> Result<Self, ServerUrlError> {
        let url: Url = text.parse().map_err(|_| ServerUrlError::NoUrl)?;
        let product = match url.scheme() {
            "postgres" | "postgresql" => Product::Postgres,
            "mysql" | "mariadb" => Product::Mysql,
            _ => return Err(ServerUrlError::UnknownServer),
        };
        if url.path().trim_start_matches('/').is_empty() {
            return Err(ServerUrlError::NoDatabase);
        }
        Ok(Self { url, product })
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.url.scheme(), self.host())?;
        if let Some(port) = self.url.port() {
            write!(f, ":{port}")?;
        }
        f.write_str(self.url.path())
    }
}

impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerUrl({self})")
    }
}

impl Default for ServerConnections {
    fn default() -> Self {
        const WRITERS: NonZeroU32 = NonZeroU32::MIN.saturating_add(3);
        const READERS: NonZeroU32 = NonZeroU32::MIN.saturating_add(7);
        Self { writers: WRITERS, readers: READERS }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_its_secrets() {
        let shown = |text: &str| {
            let url: ServerUrl = text.parse().unwrap();
            assert!(!format!("{url:?}").contains("hush"), "{url:?}");
            url.to_string()
        };
        let full = "postgres://portolan:hush@db.example.com:6432/cat?sslmode=require&password=hush";
        assert_eq!(shown(full), "postgres://db.example.com:6432/cat");
        assert_eq!(shown("mysql://u:hush@db/cat"), "mysql://db/cat");
        assert_eq!(shown("postgres:///cat?host=/run/postgresql&user=hush"), "postgres:///run/postgresql/cat");
        let full: ServerUrl = full.parse().unwrap();
        assert_eq!(full.blanked(), "postgres://***@db.example.com:6432/cat?***");
        assert_eq!("mysql://db/cat".parse::<ServerUrl>().unwrap().blanked(), "mysql://db/cat");
        assert_eq!(shown("mariadb:///cat?socket=/run/my.sock"), "mariadb:///run/my.sock/cat");
    }

    #[test]
    fn what_is_no_url_of_a_database_is_refused() {
        let refused = |text: &str| text.parse::<ServerUrl>().unwrap_err();
        assert_eq!(refused("postgres"), ServerUrlError::NoUrl);
        assert_eq!(refused("https://db.example.com/cat"), ServerUrlError::UnknownServer);
        assert_eq!(refused("postgres://db.example.com"), ServerUrlError::NoDatabase);
        assert_eq!(refused("mysql://db.example.com/"), ServerUrlError::NoDatabase);
    }
}
