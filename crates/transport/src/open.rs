//! From the name of a place to the place.

use std::sync::Arc;

use async_trait::async_trait;
use portolan_oci::{Registry, RepositoryName};

use crate::registry::{
    ApiAnswer, ApiCall, ClientOptions, Courier, LoginCheck, Net, RateLimits, Registries, RegistryRepository,
};
use crate::{
    Archive, DockerArchiveWriter, Fence, FencedTarget, HostGate, HostTally, Hosts, LayoutRepository,
    LocalGate, Location, MemoryPins, OciArchiveWriter, RealmPins, Share, Source, Target, TransportError,
    TransportResult,
};

/// Requests of this process to one host at once, whatever its settings: those without a body of a blob, and bodies.
const LIGHT: usize = 64;
const HEAVY: usize = 32;

/// Our own store, which lies on a floor above: whoever puts the program together gives it to [`Places`].
#[async_trait]
pub trait OwnStore: Send + Sync + 'static {
    /// A repository of the store, to read from.
    ///
    /// # Errors
    /// If the store cannot be opened.
    async fn source(&self, repository: &RepositoryName) -> TransportResult<Arc<dyn Source>>;

    /// A repository of the store, to write to.
    ///
    /// # Errors
    /// If the store cannot be opened.
    async fn target(&self, repository: &RepositoryName) -> TransportResult<Arc<dyn Target>>;
}

/// What [`Places`] is made from.
pub struct PlacesOptions {
    /// What is known about registry hosts.
    pub hosts: Hosts,
    /// Limits that are shared with others, beside those that the hosts' settings name.
    pub gate: Arc<dyn HostGate>,
    /// Which token servers credentials were given to.
    pub pins: Arc<dyn RealmPins>,
    /// How patient registries are asked.
    pub client: ClientOptions,
    /// Where what is asked of registries is counted.
    pub tally: HostTally,
    /// Our own store, where there is one.
    pub store: Option<Arc<dyn OwnStore>>,
}

impl PlacesOptions {
    /// With limits and pins of this process alone.
    pub fn new(hosts: Hosts) -> Self {
        Self {
            hosts,
            gate: Arc::new(LocalGate::new(LIGHT, HEAVY)),
            pins: Arc::new(MemoryPins::default()),
            client: ClientOptions::default(),
            tally: HostTally::default(),
            store: None,
        }
    }

    /// With the limits that hosts' settings name divided between nodes.
    pub fn among(self, share: Share) -> Self {
        Self { gate: Arc::new(LocalGate::new(LIGHT, HEAVY).among(share)), ..self }
    }
}

/// All places that images are read from and written to. Keeps one client for each registry host, so there
/// should be one of these in a process. Clones are the same places.
#[derive(Clone)]
pub struct Places {
    registries: Arc<Registries>,
    store: Option<Arc<dyn OwnStore>>,
    fence: Option<Fence>,
}

impl Places {
    /// Sends nothing yet.
    pub fn new(options: PlacesOptions) -> Self {
        let PlacesOptions { hosts, gate, pins, client, tally, store } = options;
        let registries = Arc::new(Registries::new(Net::new(hosts, gate, pins, (client, tally))));
        Self { registries, store, fence: None }
    }

    /// The same places, with all targets behind a fence.
    pub fn behind(&self, fence: Fence) -> Self {
        Self { registries: Arc::clone(&self.registries), store: self.store.clone(), fence: Some(fence) }
    }

    /// The place to read from. Nothing is sent to a registry, so one that does not exist shows at the first
    /// question.
    ///
    /// # Errors
    /// If the settings of a registry cannot be used, or a file or folder cannot be read.
    pub async fn source(&self, location: &Location) -> TransportResult<Arc<dyn Source>> {
        match location {
            Location::Registry(registry, repository) => Ok(Arc::new(self.registry(registry, repository)?)),
            Location::Layout(path) => Ok(Arc::new(LayoutRepository::open(path.clone()).await?)),
            Location::OciArchive(path) => Ok(Arc::new(Archive::open_oci(path.clone()).await?)),
            Location::DockerArchive(path, images) => {
                Ok(Arc::new(Archive::open_docker_images(path.clone(), images.clone()).await?))
            }
            Location::Store(repository) => self.own_store(location)?.source(repository).await,
        }
    }

    /// The place to write to. Nothing is sent to a registry yet.
    ///
    /// # Errors
    /// If the settings of a registry cannot be used, or a file or folder cannot be written.
    pub async fn target(&self, location: &Location) -> TransportResult<Arc<dyn Target>> {
        let target = self.open_target(location).await?;
        Ok(match &self.fence {
            Some(fence) => Arc::new(FencedTarget::new(target, fence.clone())),
            None => target,
        })
    }

    async fn open_target(&self, location: &Location) -> TransportResult<Arc<dyn Target>> {
        match location {
            Location::Registry(registry, repository) => Ok(Arc::new(self.registry(registry, repository)?)),
            Location::Layout(path) => Ok(Arc::new(LayoutRepository::create(path.clone()).await?)),
            Location::OciArchive(path) => Ok(Arc::new(OciArchiveWriter::create(path.clone()).await?)),
            Location::DockerArchive(path, images) => {
                Ok(Arc::new(DockerArchiveWriter::create_named(path.clone(), images.clone()).await?))
            }
            Location::Store(repository) => self.own_store(location)?.target(repository).await,
        }
    }

    fn own_store(&self, location: &Location) -> TransportResult<&dyn OwnStore> {
        let absent =
            || TransportError::Unsupported { what: format!("{location} without a store of our own") };
        self.store.as_deref().ok_or_else(absent)
    }

    /// Asks a registry whether it takes the login that the hosts know for it.
    ///
    /// # Errors
    /// If the registry cannot be asked, or refuses for another reason than the login.
    pub async fn check_login(&self, registry: &Registry) -> TransportResult<LoginCheck> {
        self.registries.check_login(registry).await
    }

    /// Calls the API of the Portolan at this address, with the login that the hosts know for it.
    ///
    /// # Errors
    /// If it cannot be asked, or wants another login; any other answer is one.
    pub async fn call(&self, daemon: &Registry, call: ApiCall) -> TransportResult<ApiAnswer> {
        self.registries.call(daemon, call).await
    }

    /// The names of all repositories that a registry shows to the login that the hosts know for it.
    ///
    /// # Errors
    /// `Unsupported` if the registry has no such list, as Docker Hub has none; `Denied` or `Unauthorized` if
    /// it shows it to others only: then repositories have to be named.
    pub async fn repositories(&self, registry: &Registry) -> TransportResult<Vec<RepositoryName>> {
        self.registries.repositories(registry).await
    }

    /// The pull quotas that a registry named last, if it has been asked for something and names any.
    pub fn rate_limits(&self, registry: &Registry) -> Option<RateLimits> {
        self.registries.rate_limits(registry)
    }

    /// Who carries what is for others than registries.
    pub fn courier(&self) -> Courier {
        self.registries.courier()
    }

    /// A repository of a registry.
    ///
    /// # Errors
    /// If the settings of the registry cannot be used.
    pub fn registry(
        &self,
        registry: &Registry,
        repository: &RepositoryName,
    ) -> TransportResult<RegistryRepository> {
        self.registries.repository(registry, repository)
    }
}
