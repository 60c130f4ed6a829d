//! What a client asked the token server for.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::request::Parts;
use http::{Method, StatusCode};

use crate::client::Credentials;

/// One request, as the tests look at it.
#[derive(Debug, Clone)]
pub struct TokenRequest {
    /// GET, or POST for the `OAuth2` form.
    pub method: Method,
    /// The scopes asked for, one each even where several stood in one parameter.
    pub scopes: Vec<String>,
    /// The `service` parameter.
    pub service: String,
    /// The user who logged in, or who the refresh token belongs to; `None` for nobody.
    pub user: Option<String>,
    /// The whole `Authorization` header.
    pub authorization: Option<String>,
    /// The `grant_type` of the `OAuth2` form.
    pub grant: Option<String>,
    /// What was answered.
    pub status: StatusCode,
}

/// The parameters of a request, from the query or from the form in its body.
pub(super) struct Form {
    pub(super) parameters: Vec<(String, String)>,
    pub(super) login: Option<Credentials>,
    pub(super) authorization: Option<String>,
}

impl Form {
    pub(super) fn parse(parts: &Parts, body: &[u8]) -> Self {
        let query = parts.uri.query().unwrap_or_default().as_bytes();
        let source = if parts.method == Method::POST { body } else { query };
        let parameters: Vec<_> = url::form_urlencoded::parse(source).into_owned().collect();
        let authorization = parts.headers.get("authorization").and_then(|value| value.to_str().ok());
        let login = authorization.and_then(basic);
        Self { parameters, login, authorization: authorization.map(str::to_owned) }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn scopes(&self) -> Vec<String> {
        let values = self.parameters.iter().filter(|(key, _)| key == "scope");
        values.flat_map(|(_, value)| value.split_whitespace()).map(str::to_owned).collect()
    }
}

fn basic(header: &str) -> Option<Credentials> {
    let decoded = BASE64_STANDARD.decode(header.strip_prefix("Basic ")?).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    text.split_once(':').map(|(user, password)| Credentials::new(user, password))
}
