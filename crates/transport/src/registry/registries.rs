//! All registries that are spoken to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use portolan_oci::{Registry, RepositoryName};

use super::holder::Holder;
use super::net::Net;
use super::{Courier, RateLimits, RegistryClient, RegistryRepository};
use crate::{HostEndpoint, TransportError, TransportResult};

/// One client for each host, for as long as this lives.
pub(crate) struct Registries {
    net: Arc<Net>,
    clients: Mutex<HashMap<(Registry, String), Arc<RegistryClient>>>,
}

impl Registries {
    pub(crate) fn new(net: Net) -> Self {
        Self { net: Arc::new(net), clients: Mutex::default() }
    }

    /// A repository, by what is known about its hosts. Sends nothing.
    pub(crate) fn repository(
        &self,
        registry: &Registry,
        repository: &RepositoryName,
    ) -> TransportResult<RegistryRepository> {
        let profile = self.net.hosts.profile(registry, repository)?;
        let mut holders: Vec<_> =
            profile.endpoints.into_iter().map(|endpoint| self.holder(endpoint)).collect();
        let origin = holders.pop().ok_or_else(|| nobody(registry))?;
        let mirrors = holders.into_iter().map(Holder::mirror).collect();
        Ok(RegistryRepository::new((registry, repository), mirrors, origin))
    }

    /// Who carries what is for others.
    pub(crate) fn courier(&self) -> Courier {
        Courier::new(Arc::clone(&self.net))
    }

    /// The client of the registry itself, for what is of no repository; with the name of one all the same,
    /// because credentials are looked up for one.
    pub(super) fn origin(
        &self,
        registry: &Registry,
    ) -> TransportResult<(Arc<RegistryClient>, RepositoryName)> {
        let nothing = "login".parse().map_err(|_| nobody(registry))?;
        let mut endpoints = self.net.hosts.profile(registry, &nothing)?.endpoints;
        let origin = endpoints.pop().ok_or_else(|| nobody(registry))?;
        Ok((self.client(origin), nothing))
    }

    /// The pull quotas that the registry named last to any of its clients, if it did.
    pub(crate) fn rate_limits(&self, registry: &Registry) -> Option<RateLimits> {
        let clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let mut of_registry = clients.values().filter(|client| client.registry() == registry);
        of_registry.find_map(|client| client.rate_limits())
    }

    fn holder(&self, endpoint: HostEndpoint) -> Holder {
        let (repository, reads) = (endpoint.repository.clone(), endpoint.reads);
        Holder::new(self.client(endpoint), repository, reads)
    }

    fn client(&self, endpoint: HostEndpoint) -> Arc<RegistryClient> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (endpoint.registry.clone(), endpoint.authority.clone());
        let make = || Arc::new(RegistryClient::new(Arc::clone(&self.net), endpoint));
        Arc::clone(clients.entry(key).or_insert_with(make))
    }
}

fn nobody(registry: &Registry) -> TransportError {
    TransportError::Settings { what: format!("registry {registry}"), cause: "nobody answers for it".into() }
}
