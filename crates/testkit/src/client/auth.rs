//! Logging in: Basic, and Bearer tokens as the challenge asks for them.

use reqwest::{RequestBuilder, Response};
use serde_json::Value;

use super::Client;

/// A login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user's name.
    pub user: String,
    /// The user's password.
    pub password: String,
}

impl Credentials {
    /// A login of this user.
    pub fn new(user: &str, password: &str) -> Self {
        Self { user: user.to_owned(), password: password.to_owned() }
    }
}

impl Client {
    /// Adds the repository's token, or else the login.
    pub(super) fn authorized(&self, repository: &str, request: RequestBuilder) -> RequestBuilder {
        let token = self.tokens.lock().expect("no panic under the lock").get(repository).cloned();
        match (token, &self.credentials) {
            (Some(token), _) => request.bearer_auth(token),
            (None, Some(login)) => request.basic_auth(&login.user, Some(&login.password)),
            (None, None) => request,
        }
    }

    /// Fetches a token as the challenge of a 401 says; false when it does not ask for one.
    pub(super) async fn renew(&self, repository: &str, refused: &Response) -> bool {
        let challenge = refused.headers().get("www-authenticate").and_then(|value| value.to_str().ok());
        let Some(asked) = challenge.and_then(|text| text.strip_prefix("Bearer ")) else { return false };
        let realm = parameter(asked, "realm").expect("a bearer challenge has a realm");
        let service = parameter(asked, "service").unwrap_or_default();
        let mut url = url::Url::parse(realm).expect("the realm is a URL");
        url.query_pairs_mut().append_pair("service", service);
        if !repository.is_empty() {
            let scope = format!("repository:{repository}:pull,push,delete");
            url.query_pairs_mut().append_pair("scope", &scope);
        }
        // A mount is challenged with the scope of the other repository too.
        let scopes = parameter(asked, "scope").unwrap_or_default().split_whitespace();
        for other in scopes.filter(|scope| !scope.starts_with(&format!("repository:{repository}:"))) {
            url.query_pairs_mut().append_pair("scope", other);
        }
        let mut request = self.http.get(url);
        if let Some(login) = &self.credentials {
            request = request.basic_auth(&login.user, Some(&login.password));
        }
        let answer = request.send().await.expect("the token server answers");
        if !answer.status().is_success() {
            return false;
        }
        let body = answer.bytes().await.expect("a token");
        let body: Value = serde_json::from_slice(&body).expect("the token server speaks JSON");
        let token = body.get("token").and_then(Value::as_str).expect("the answer has a token");
        let mut tokens = self.tokens.lock().expect("no panic under the lock");
        tokens.insert(repository.to_owned(), token.to_owned());
        true
    }
}

/// The value of `name="value"` in a challenge.
fn parameter<'a>(challenge: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = challenge.split_once(&format!("{name}=\""))?;
    after.split_once('"').map(|(value, _)| value)
}
