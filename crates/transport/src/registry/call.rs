//! The API of a Portolan, which is at the address of its registry, and takes the same logins.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use portolan_oci::{Registry, RepositoryName};

use super::RegistryClient;
use super::answer::Answer;
use super::ask::{Ask, Payload, To};
use super::auth::Scope;
use super::registries::Registries;
use crate::TransportResult;

/// Bytes of an answer that is no stream.
const MOST: usize = 64 << 20;

/// A request to the API of a Portolan.
#[derive(Debug, Clone)]
pub struct ApiCall {
    /// What is done.
    pub method: Method,
    /// To what: a path below `/api/v1/`, with its query.
    pub path: String,
    /// Headers beside those of every request.
    pub headers: HeaderMap,
    /// JSON.
    pub body: Option<Bytes>,
}

/// What is answered, whatever its status.
pub struct ApiAnswer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    answer: Answer,
}

impl ApiCall {
    /// A question.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), headers: HeaderMap::new(), body: None }
    }

    /// The same with another method.
    #[must_use]
    pub fn with(self, method: Method) -> Self {
        Self { method, ..self }
    }
}

impl ApiAnswer {
    /// All that is answered, up to 64 MiB.
    ///
    /// # Errors
    /// If it breaks off, or is longer.
    pub async fn bytes(self) -> TransportResult<Bytes> {
        self.answer.bytes(MOST).await
    }

    /// The next bytes as they come; `None` at the end.
    ///
    /// # Errors
    /// If it breaks off.
    pub async fn chunk(&mut self) -> TransportResult<Option<Bytes>> {
        let about = &self.answer.about;
        self.answer.body.chunk().await.map_err(|failure| failure.into_error(&about.host, &about.what))
    }
}

impl Registries {
    /// Calls the Portolan at this address itself, whatever stands in for its registry.
    pub(crate) async fn call(&self, daemon: &Registry, call: ApiCall) -> TransportResult<ApiAnswer> {
        let (client, nothing) = self.origin(daemon)?;
        client.call(&nothing, call).await
    }
}

impl RegistryClient {
    async fn call(&self, nothing: &RepositoryName, call: ApiCall) -> TransportResult<ApiAnswer> {
        let ApiCall { method, path, headers, body } = call;
        let what = format!("{method} {path} at {}", self.registry());
        let mut ask = Ask::new(method, String::new(), Scope::nothing(nothing), what);
        (ask.to, ask.headers) = (To::Api(path), headers);
        if let Some(body) = body {
            ask.payload = Payload::Whole(body);
            ask.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let mut answer = self.ask(ask).await?;
        let (status, headers) = (answer.status, std::mem::take(&mut answer.headers));
        Ok(ApiAnswer { status, headers, answer })
    }
}
