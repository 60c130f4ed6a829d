//! The places that images are read from and written to.

use std::sync::Arc;

use portolan_config::Config;
use portolan_oci::{Descriptor, RawManifest, Registry, TagOrDigest};
use portolan_transport::{
    Archive, ClientOptions, Endpoint, HostEnvironment, HostLimits, HostTally, Hosts, HostsOptions,
    LayoutRepository, Location, Login, LoginCheck, OwnStore, Places, PlacesOptions, RegistrySettings, Secret,
    Share, Source, TransportError, TransportResult,
};

use super::Context;
use super::realm_pins::CatalogPins;
use super::store::LazyStore;
use crate::error::{CliError, Failure};
use crate::look::near;

impl Context {
    /// All places.
    pub(crate) fn places(&self) -> Result<&Arc<Places>, CliError> {
        if let Some(places) = self.places.get() {
            return Ok(places);
        }
        let places = self.places_of(&self.config()?.config)?;
        Ok(self.places.get_or_init(|| Arc::new(places)))
    }

    /// All places, as another configuration says.
    pub(crate) fn places_of(&self, config: &Config) -> Result<Places, CliError> {
        let places = self.places_maker_of(config)?.with_logins(Vec::new())?;
        if let Some(traces) = self.traces.get() {
            traces.send_by(places.courier());
        }
        Ok(places)
    }

    /// What makes places as the configuration says.
    pub(crate) fn places_maker(&self) -> Result<PlacesMaker, CliError> {
        self.places_maker_of(&self.config()?.config)
    }

    fn places_maker_of(&self, config: &Config) -> Result<PlacesMaker, CliError> {
        Ok(PlacesMaker {
            settings: config.registries.clone(),
            pins: Arc::new(CatalogPins(Arc::clone(self.catalog()?))),
            client: ClientOptions { bandwidth: config.limits.bandwidth, ..ClientOptions::default() },
            store: Arc::clone(self.store()?),
            share: self.share().clone(),
            tally: self.tally(),
        })
    }

    /// Asks a registry whether it takes a login.
    pub(crate) async fn check_login(
        &self,
        registry: &Registry,
        login: &Login,
    ) -> Result<LoginCheck, CliError> {
        let Login::Basic { user, password } = login else { return Ok(LoginCheck::NotAsked) };
        let (username, password) = (Some(user.clone()), Some(Secret::Plain(password.clone())));
        let login = RegistrySettings { username, password, ..nothing_set(registry) };
        Ok(self.places_maker()?.with_logins(vec![login])?.check_login(registry).await?)
    }

    /// Whether the configuration names a user for a registry.
    pub(crate) fn has_own_login(&self, registry: &Registry) -> Result<bool, CliError> {
        let entries = &self.config()?.config.registries;
        Ok(entries.iter().any(|entry| entry.host == *registry && entry.username.is_some()))
    }

    /// A place to read from.
    pub(crate) async fn source(&self, location: &Location) -> Result<Arc<dyn Source>, CliError> {
        Ok(self.places()?.source(location).await?)
    }

    /// The place of an image, and which one it is there.
    pub(crate) async fn image(
        &self,
        endpoint: &Endpoint,
    ) -> Result<(Arc<dyn Source>, TagOrDigest), CliError> {
        match endpoint.selector() {
            Some(reference) => Ok((self.source(&endpoint.location).await?, reference)),
            None => only_image(&endpoint.location).await,
        }
    }

    /// A manifest; if it is not there, with a hint at what is.
    pub(crate) async fn manifest(
        &self,
        source: &dyn Source,
        reference: &TagOrDigest,
    ) -> Result<RawManifest, CliError> {
        match (source.manifest(reference).await, reference) {
            (Err(error), TagOrDigest::Tag(tag)) if error.is_not_found() => {
                Err(CliError::from(error).with_hints(near::tags(source, tag).await))
            }
            (read, _) => Ok(read?),
        }
    }

    /// What a tag or digest points at; if it is not there, with a hint at what is.
    pub(crate) async fn resolve(
        &self,
        source: &dyn Source,
        reference: &TagOrDigest,
    ) -> Result<Descriptor, CliError> {
        match (source.resolve(reference).await, reference) {
            (Err(error), TagOrDigest::Tag(tag)) if error.is_not_found() => {
                Err(CliError::from(error).with_hints(near::tags(source, tag).await))
            }
            (resolved, _) => Ok(resolved?),
        }
    }
}

/// Makes places as the configuration says.
pub(crate) struct PlacesMaker {
    settings: Vec<RegistrySettings>,
    pins: Arc<CatalogPins>,
    client: ClientOptions,
    store: Arc<LazyStore>,
    share: Share,
    tally: HostTally,
}

impl PlacesMaker {
    /// All places, with these logins in place of those of the configuration. What else is set for their registries
    /// holds.
    pub(crate) fn with_logins(&self, logins: Vec<RegistrySettings>) -> TransportResult<Places> {
        let mut settings = self.settings.clone();
        for login in logins {
            match settings.iter_mut().find(|entry| entry.host == login.host) {
                Some(entry) => (entry.username, entry.password) = (login.username, login.password),
                None => settings.push(login),
            }
        }
        let hosts = Hosts::new(HostsOptions { settings, environment: HostEnvironment::from_env() })?;
        let (pins, client) = (Arc::<CatalogPins>::clone(&self.pins), self.client.clone());
        let store: Arc<dyn OwnStore> = Arc::<LazyStore>::clone(&self.store);
        let options = PlacesOptions::new(hosts).among(self.share.clone());
        let tally = self.tally.clone();
        Ok(Places::new(PlacesOptions { pins, client, store: Some(store), tally, ..options }))
    }
}

/// Whether two configurations say the same about the places that they name.
pub(crate) fn names_same_places(one: &Config, other: &Config) -> bool {
    one.registries == other.registries && one.limits.bandwidth == other.limits.bandwidth
}

/// The only image in a place where none was named: by its tag, if it has just one.
async fn only_image(location: &Location) -> Result<(Arc<dyn Source>, TagOrDigest), CliError> {
    let (source, image): (Arc<dyn Source>, _) = match location {
        Location::Registry(..) | Location::Store(_) => {
            return Err(Failure::Usage(format!("{location} names no image")).into());
        }
        Location::Layout(path) => {
            let layout = LayoutRepository::open(path.clone()).await?;
            let image = layout.only_image().await;
            (Arc::new(layout), image)
        }
        Location::OciArchive(path) => only_in(Archive::open_oci(path.clone()).await?).await,
        Location::DockerArchive(path, images) => {
            only_in(Archive::open_docker_images(path.clone(), images.clone()).await?).await
        }
    };
    let image = image.map_err(|error| match error {
        TransportError::Rejected { .. } => Failure::Usage(error.to_string()),
        error => error.into(),
    })?;
    let mut names = Vec::new();
    for tag in source.tags().await? {
        let tag = TagOrDigest::Tag(tag);
        if source.resolve(&tag).await?.digest == image.digest {
            names.push(tag);
        }
    }
    let name = names.pop().filter(|_| names.is_empty());
    Ok((source, name.unwrap_or(TagOrDigest::Digest(image.digest))))
}

async fn only_in(archive: Archive) -> (Arc<dyn Source>, TransportResult<Descriptor>) {
    let image = archive.only_image().await;
    (Arc::new(archive), image)
}

fn nothing_set(registry: &Registry) -> RegistrySettings {
    RegistrySettings {
        host: registry.clone(),
        username: None,
        password: None,
        tls: None,
        limits: HostLimits::default(),
        token_realm: None,
    }
}
