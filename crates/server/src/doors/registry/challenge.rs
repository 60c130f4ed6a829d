//! How a login is asked for: `WWW-Authenticate` (RFC 9110, section 11.6.1; for `Bearer`, the token authentication of
//! distribution: <https://distribution.github.io/distribution/spec/auth/token/>).

use http::header::{HOST, WWW_AUTHENTICATE};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderName, HeaderValue};
use portolan_catalog::Action;
use portolan_oci::RepositoryName;

use super::door::RegistryDoor;
use super::error::RegistryError;
use crate::access::Login;
use crate::http::Scheme;

/// What a proxy in front says of how it was reached.
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Who answers, in challenges.
pub(super) const SERVICE: &str = "portolan";

/// What somebody wants to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) repository: RepositoryName,
    pub(super) action: Action,
}

impl Scope {
    /// As the token specification writes it. Who pushes looks first.
    fn text(&self) -> String {
        let actions = match self.action {
            Action::Pull => "pull",
            Action::Push => "pull,push",
            Action::Delete => "delete",
        };
        format!("repository:{}:{actions}", self.repository)
    }
}

/// The error with a challenge, if a login might help.
pub(super) fn with(error: RegistryError, door: &RegistryDoor, head: &Parts) -> RegistryError {
    let (Some(wanted), Some(login)) = (error.asks_for_login(), door.gate.login()) else { return error };
    let challenge = match (login, host(head)) {
        (Login::Endpoint, Some(host)) => {
            let scheme = if is_https(head, door.scheme) { Scheme::Https } else { door.scheme }.name();
            let scope = wanted.map(|scope| format!(",scope=\"{}\"", scope.text())).unwrap_or_default();
            format!("Bearer realm=\"{scheme}://{host}/v2/token\",service=\"{SERVICE}\"{scope}")
        }
        _ => "Basic realm=\"Portolan\", charset=\"UTF-8\"".to_owned(),
    };
    match HeaderValue::try_from(challenge) {
        Ok(challenge) => error.header(WWW_AUTHENTICATE, challenge),
        Err(cause) => {
            tracing::warn!(%cause, "a login cannot be asked for");
            error
        }
    }
}

/// The host that the client asked, by which it finds the token endpoint too.
fn host(head: &Parts) -> Option<Authority> {
    match head.headers.get(HOST) {
        Some(host) => host.to_str().ok()?.parse().ok(),
        None => head.uri.authority().cloned(),
    }
}

fn is_https(head: &Parts, scheme: Scheme) -> bool {
    let forwarded = head.headers.get(FORWARDED_PROTO).and_then(|proto| proto.to_str().ok());
    scheme == Scheme::Https || forwarded.is_some_and(|proto| proto.eq_ignore_ascii_case("https"))
}
