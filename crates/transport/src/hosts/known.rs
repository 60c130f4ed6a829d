//! The answers of all sources together.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use portolan_oci::{Registry, RepositoryName};

use super::access::Access;
use super::registries_conf::{Place, RegistriesConf};
use super::tls::{SystemRoots, Verification};
use super::{HostEndpoint, HostEnvironment, HostProfile, HostsError, Login, credentials};
use crate::{RegistrySettings, TlsSettings, TransportError, TransportResult};

/// What [`Hosts`] is made from.
#[derive(Debug, Clone, Default)]
pub struct HostsOptions {
    /// The `registries:` section of the configuration.
    pub settings: Vec<RegistrySettings>,
    /// Where everything else is looked for.
    pub environment: HostEnvironment,
}

/// What is known about registry hosts. Clones share everything.
#[derive(Debug, Clone)]
pub struct Hosts(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    settings: HashMap<Registry, RegistrySettings>,
    environment: HostEnvironment,
    roots: Arc<SystemRoots>,
    conf: Mutex<Option<Arc<RegistriesConf>>>,
    /// By registry and by what `registries.conf` says of certificates.
    access: Mutex<HashMap<(Registry, Verification), Access>>,
}

impl Hosts {
    /// Nothing is read yet.
    ///
    /// # Errors
    /// `Settings` if a registry is set twice, or half of a login or of a client certificate is missing.
    pub fn new(options: HostsOptions) -> TransportResult<Self> {
        let mut settings = HashMap::new();
        for one in options.settings {
            check(&one).map_err(|cause| setting(&one.host, cause))?;
            match settings.entry(one.host.clone()) {
                Entry::Occupied(_) => return Err(setting(&one.host, HostsError::Duplicate)),
                Entry::Vacant(place) => place.insert(one),
            };
        }
        Ok(Self(Arc::new(Shared {
            settings,
            environment: options.environment,
            roots: Arc::default(),
            conf: Mutex::default(),
            access: Mutex::default(),
        })))
    }

    /// Who holds `repository` of `registry`, and how they are reached.
    ///
    /// # Errors
    /// `Forbidden` if the registry is blocked; `Settings` if a file is malformed.
    pub fn profile(&self, registry: &Registry, repository: &RepositoryName) -> TransportResult<HostProfile> {
        let conf = self.conf()?;
        let places = match conf.rule(registry, repository) {
            None => vec![Place::named(registry, repository)],
            Some(rule) if rule.blocked => {
                return Err(TransportError::Forbidden {
                    what: format!("access to {registry}/{repository}"),
                    reason: format!("{} sets `blocked` for {}", rule.file.display(), rule.prefix),
                });
            }
            Some(rule) => rule.places(registry, repository).map_err(|cause| TransportError::Settings {
                what: format!("registry configuration {}", rule.file.display()),
                cause: cause.into(),
            })?,
        };
        let endpoints = places.into_iter().map(|place| self.endpoint(place)).collect::<Result<_, _>>()?;
        Ok(HostProfile { endpoints })
    }

    /// Whose credentials to use for `repository` of `registry` (of an endpoint, not of what a mirror stands in
    /// for); `None` for nobody's. Asked anew at each call, so that a login or a rotated secret counts at once.
    ///
    /// # Errors
    /// `Settings` if a secret, a credential file or a helper cannot be read. The cause never shows a secret.
    pub async fn login(
        &self,
        registry: &Registry,
        repository: &RepositoryName,
    ) -> TransportResult<Option<Login>> {
        if let Some(settings) = self.0.settings.get(registry)
            && let (Some(user), Some(password)) = (&settings.username, &settings.password)
        {
            let password = password.resolve().map_err(|cause| setting(registry, cause))?;
            return Ok(Some(Login::Basic { user: user.clone(), password }));
        }
        credentials::find(&self.0.environment, registry, repository).await
    }

    fn endpoint(&self, place: Place) -> TransportResult<HostEndpoint> {
        let Place { registry, repository, verification, reads } = place;
        let settings = self.0.settings.get(&registry);
        let Access { scheme, tls } =
            self.access(&registry, verification, settings.and_then(|settings| settings.tls.as_ref()))?;
        Ok(HostEndpoint {
            authority: registry.api_host().to_owned(),
            repository,
            scheme,
            reads,
            limits: settings.map(|settings| settings.limits.clone()).unwrap_or_default(),
            token_realm: settings.and_then(|settings| settings.token_realm.clone()),
            tls,
            registry,
        })
    }

    fn access(
        &self,
        registry: &Registry,
        verification: Verification,
        settings: Option<&TlsSettings>,
    ) -> TransportResult<Access> {
        let mut known = self.0.access.lock().unwrap_or_else(PoisonError::into_inner);
        match known.entry((registry.clone(), verification)) {
            Entry::Occupied(access) => Ok(access.get().clone()),
            Entry::Vacant(place) => {
                let folders = &self.0.environment.certs_dirs;
                let access = Access::new(registry, settings, verification, folders, &self.0.roots)?;
                Ok(place.insert(access).clone())
            }
        }
    }

    /// Read at the first call; a failure is not kept.
    fn conf(&self) -> TransportResult<Arc<RegistriesConf>> {
        let mut known = self.0.conf.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(conf) = known.as_ref() {
            return Ok(Arc::clone(conf));
        }
        let conf = Arc::new(RegistriesConf::load(&self.0.environment.registries_conf)?);
        *known = Some(Arc::clone(&conf));
        Ok(conf)
    }
}

fn check(settings: &RegistrySettings) -> Result<(), HostsError> {
    match (&settings.username, &settings.password) {
        (Some(_), None) => return Err(HostsError::NoPassword),
        (None, Some(_)) => return Err(HostsError::NoUsername),
        _ => {}
    }
    match &settings.tls {
        Some(TlsSettings::Files(files)) if files.cert.is_some() != files.key.is_some() => {
            Err(HostsError::HalfPair)
        }
        _ => Ok(()),
    }
}

fn setting(registry: &Registry, cause: impl Into<crate::Cause>) -> TransportError {
    TransportError::Settings { what: format!("the setting of registry {registry}"), cause: cause.into() }
}
