//! Whether a registry takes a login (distribution-spec, "Determining Support": `GET /v2/`).

use http::{Method, StatusCode};
use portolan_oci::{Registry, RepositoryName};

use super::RegistryClient;
use super::ask::{Ask, To};
use super::auth::Scope;
use super::registries::Registries;
use crate::{TransportError, TransportResult};

/// What a registry said to a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginCheck {
    /// It takes it.
    Accepted,
    /// It does not.
    Refused,
    /// It did not ask who we are: everybody is let in.
    NotAsked,
}

impl Registries {
    /// Asks the registry itself, whatever stands in for it.
    pub(crate) async fn check_login(&self, registry: &Registry) -> TransportResult<LoginCheck> {
        let (client, nothing) = self.origin(registry)?;
        client.check_login(nothing).await
    }
}

impl RegistryClient {
    async fn check_login(&self, repository: RepositoryName) -> TransportResult<LoginCheck> {
        let what = format!("logging in to {}", self.registry());
        let ask = Ask::new(Method::GET, String::new(), Scope::nothing(&repository), what);
        let answer = match self.ask(Ask { to: To::Registry(String::new()), ..ask }).await {
            Ok(answer) => answer,
            Err(TransportError::Unauthorized { .. }) => return Ok(LoginCheck::Refused),
            Err(error) => return Err(error),
        };
        match (answer.status, answer.about.user.is_some()) {
            (StatusCode::OK, true) => Ok(LoginCheck::Accepted),
            (StatusCode::OK, false) => Ok(LoginCheck::NotAsked),
            _ => Err(answer.refused().await),
        }
    }
}
