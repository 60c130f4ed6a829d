//! All repositories of a registry (Docker's registry API, "Listing Repositories": `GET /v2/_catalog`). The
//! distribution specification has no such list, and many registries have none or show it to administrators
//! only.

use http::{Method, StatusCode};
use portolan_oci::{Registry, RepositoryName};
use serde::Deserialize;

use super::RegistryClient;
use super::answer::Answer;
use super::ask::{Ask, To};
use super::auth::Scope;
use super::pages::Pages;
use super::registries::Registries;
use crate::{TransportError, TransportResult};

/// How many repositories are asked for at once; registries may give fewer, and some refuse to be asked for
/// so many.
const PAGE: usize = 1000;
const LONGEST_PAGE: usize = 64 * 1024 * 1024;

#[derive(Deserialize)]
struct RepositoryList {
    #[serde(default)]
    repositories: Option<Vec<String>>,
}

impl Registries {
    /// Asks the registry itself, whatever stands in for it.
    pub(crate) async fn repositories(&self, registry: &Registry) -> TransportResult<Vec<RepositoryName>> {
        if registry.is_docker_hub() {
            return Err(TransportError::Unsupported { what: what(registry) });
        }
        let (client, nothing) = self.origin(registry)?;
        client.repositories(&Scope::catalogue(&nothing)).await
    }
}

impl RegistryClient {
    async fn repositories(&self, scope: &Scope) -> TransportResult<Vec<RepositoryName>> {
        let mut repositories = Vec::new();
        let mut pages = Pages::default();
        let mut answer = self.first_page(scope).await?;
        loop {
            if answer.status != StatusCode::OK {
                return Err(no_list(answer.refused().await));
            }
            let next = pages.next(self, &answer)?;
            let page: RepositoryList = answer.json(LONGEST_PAGE).await?;
            for name in page.repositories.unwrap_or_default() {
                match name.parse() {
                    Ok(name) => repositories.push(name),
                    // It could not be asked for.
                    Err(_) => {
                        tracing::warn!(registry = %self.registry(), name, "a name that is none is left out");
                    }
                }
            }
            let Some(url) = next else { return Ok(repositories) };
            answer = self.page(scope, To::Url(url)).await?;
        }
    }

    async fn first_page(&self, scope: &Scope) -> TransportResult<Answer> {
        let answer = self.page(scope, To::Registry(format!("_catalog?n={PAGE}"))).await?;
        if answer.status != StatusCode::BAD_REQUEST {
            return Ok(answer);
        }
        answer.done().await;
        self.page(scope, To::Registry("_catalog".to_owned())).await
    }

    async fn page(&self, scope: &Scope, to: To) -> TransportResult<Answer> {
        let ask = Ask::new(Method::GET, String::new(), scope.clone(), what(self.registry()));
        self.ask(Ask { to, whole: Some(LONGEST_PAGE), ..ask }).await
    }
}

/// What is asked for, with what to do where it cannot be had.
fn what(registry: &Registry) -> String {
    format!("a list of the repositories of {registry} (name them one by one instead)")
}

/// Who does not know the address has no list.
fn no_list(refused: TransportError) -> TransportError {
    match refused {
        TransportError::NotFound { what } => TransportError::Unsupported { what },
        other => other,
    }
}
