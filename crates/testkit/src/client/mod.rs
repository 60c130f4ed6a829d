//! The test support's own registry client: it shares no code with Portolan, so that what it reads back is an
//! independent witness. It knows only what tests need, and panics where a test could not go on.

mod auth;
mod push;
mod read;

use std::collections::HashMap;
use std::sync::Mutex;

use http::{Method, StatusCode};
use reqwest::RequestBuilder;

pub use auth::Credentials;
pub use read::Fetched;

use crate::tls::{self, Identity};

/// A client for one registry.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    credentials: Option<Credentials>,
    /// Bearer tokens by repository.
    tokens: Mutex<HashMap<String, String>>,
    /// In which repository each pushed blob lies, for mounting it elsewhere.
    pushed: Mutex<HashMap<String, String>>,
}

impl Client {
    /// A client without credentials for the registry at `url` (`http://host:port` or `https://host:port`,
    /// where any certificate will do).
    pub fn new(url: &str) -> Self {
        Self::with_identity(url, None, None)
    }

    /// The same with a login.
    pub fn login(url: &str, user: &str, password: &str) -> Self {
        Self::with_identity(url, Some(Credentials::new(user, password)), None)
    }

    pub(crate) fn with_identity(
        url: &str,
        credentials: Option<Credentials>,
        identity: Option<&Identity>,
    ) -> Self {
        Self {
            http: build(identity),
            url: url.trim_end_matches('/').to_owned(),
            credentials,
            tokens: Mutex::default(),
            pushed: Mutex::default(),
        }
    }

    /// The registry's address as given.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The status of a request without a body to this path below the registry's address (`/v2/…`), sent with
    /// the credentials that the repository in the path needs.
    pub async fn status(&self, method: Method, path: &str) -> StatusCode {
        self.try_status(method, path).await.expect("the registry answers")
    }

    /// The same where it is not certain that anyone answers.
    ///
    /// # Errors
    ///
    /// Nobody did.
    pub async fn try_status(&self, method: Method, path: &str) -> reqwest::Result<StatusCode> {
        let url = format!("{}{path}", self.url);
        let repository = repository_of(path);
        let build = || self.http.request(method.clone(), &url);
        Ok(self.try_send(&repository, build).await?.status())
    }

    /// The version of HTTP that the registry and this client agree on.
    pub async fn version(&self) -> http::Version {
        self.send("", || self.http.get(format!("{}/v2/", self.url))).await.version()
    }

    fn at(&self, repository: &str, rest: &str) -> String {
        format!("{}/v2/{repository}/{rest}", self.url)
    }

    /// Sends what `build` makes, once more with a login when the registry asks for one.
    async fn try_send(
        &self,
        repository: &str,
        build: impl Fn() -> RequestBuilder,
    ) -> reqwest::Result<reqwest::Response> {
        let first = self.authorized(repository, build()).send().await?;
        if first.status() != StatusCode::UNAUTHORIZED || !self.renew(repository, &first).await {
            return Ok(first);
        }
        self.authorized(repository, build()).send().await
    }

    async fn send(&self, repository: &str, build: impl Fn() -> RequestBuilder) -> reqwest::Response {
        self.try_send(repository, build).await.expect("the registry answers")
    }
}

/// A plain HTTP client for what [`Client`] has no method for. It follows redirects, uses no proxy of the
/// environment, and takes any certificate.
pub fn http() -> reqwest::Client {
    build(None)
}

fn build(identity: Option<&Identity>) -> reqwest::Client {
    let mut tls = tls::client_config(identity);
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let client = reqwest::Client::builder().no_proxy().tls_backend_preconfigured(tls).build();
    client.expect("an HTTP client can be built")
}

/// The repository name in `/v2/NAME/(manifests|blobs|tags|referrers)/…`; empty where there is none.
fn repository_of(path: &str) -> String {
    let rest = path.strip_prefix("/v2/").unwrap_or_default();
    let kinds = ["/manifests/", "/blobs/", "/tags/", "/referrers/"];
    let end = kinds.iter().find_map(|kind| rest.find(kind)).unwrap_or(0);
    rest.get(..end).unwrap_or_default().to_owned()
}
