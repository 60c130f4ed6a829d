//! Looking a login up.

use std::io;
use std::path::PathBuf;

use portolan_oci::{Registry, RepositoryName};

use super::file::{AuthFile, read, unusable};
use super::helper::Helper;
use crate::TransportResult;
use crate::hosts::{HostEnvironment, Login};

/// The login that the user's credential files and helpers have for a repository.
pub(in crate::hosts) async fn find(
    environment: &HostEnvironment,
    registry: &Registry,
    repository: &RepositoryName,
) -> TransportResult<Option<Login>> {
    if let Some(path) = &environment.registry_auth_file
        && !tokio::fs::try_exists(path).await.unwrap_or(true)
    {
        let cause =
            io::Error::new(io::ErrorKind::NotFound, "$REGISTRY_AUTH_FILE names it, but it is not there");
        return Err(unusable(path, cause));
    }
    for path in files(environment) {
        let Some(text) = read(&path).await? else { continue };
        let file = AuthFile::parse(&text).map_err(|cause| unusable(&path, cause))?;
        let found = file.login(registry, repository).map_err(|cause| unusable(&path, cause))?;
        if let Some(found) = &found
            && found.depth > 0
        {
            return Ok(Some(found.login.clone()));
        }
        if let Some(name) = file.helper(registry)
            && let Some(login) = Helper::new(name, environment)?.get(registry).await?
        {
            return Ok(Some(login));
        }
        if let Some(found) = found {
            return Ok(Some(found.login));
        }
    }
    Ok(None)
}

/// The files, in the order in which they are asked.
fn files(environment: &HostEnvironment) -> impl Iterator<Item = PathBuf> {
    let podman = [environment.xdg_runtime_dir.clone(), environment.config_home()];
    environment
        .registry_auth_file
        .clone()
        .into_iter()
        .chain(podman.into_iter().flatten().map(|folder| folder.join("containers").join("auth.json")))
        .chain(environment.docker_config_file())
}
