//! The answers of all sources together.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use portolan_oci::{Registry, RepositoryName};

use super::tls::{ClientPair, LazyTls, SystemRoots, TlsPlan, Verification};
use super::{HostEndpoint, HostEnvironment, HostProfile, HostsError, Login, Reads, Scheme};
use crate::{RegistrySettings, TlsMode, TlsSettings, TransportError, TransportResult};

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
    #[expect(dead_code, reason = "asked for credential files next")]
    environment: HostEnvironment,
    roots: Arc<SystemRoots>,
    tls: Mutex<HashMap<(Registry, Verification), Arc<LazyTls>>>,
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
            tls: Mutex::default(),
        })))
    }

    /// Who holds `repository` of `registry`, and how they are reached.
    ///
    /// # Errors
    /// `Forbidden` if the registry is blocked; `Settings` if a file is malformed.
    pub fn profile(&self, registry: &Registry, repository: &RepositoryName) -> TransportResult<HostProfile> {
        Ok(HostProfile { endpoints: vec![self.endpoint(registry, repository)] })
    }

    /// Whose credentials to use for `repository` of `registry` (of an endpoint, not of what a mirror stands in
    /// for); `None` for nobody's. Asked anew at each call, so that a login or a rotated secret counts at once.
    ///
    /// # Errors
    /// `Settings` if a secret, a credential file or a helper cannot be read. The cause never shows a secret.
    #[expect(clippy::unused_async, reason = "helpers are programs to wait for")]
    pub async fn login(
        &self,
        registry: &Registry,
        _repository: &RepositoryName,
    ) -> TransportResult<Option<Login>> {
        let Some(settings) = self.0.settings.get(registry) else { return Ok(None) };
        let (Some(user), Some(password)) = (&settings.username, &settings.password) else { return Ok(None) };
        let password = password.resolve().map_err(|cause| setting(registry, cause))?;
        Ok(Some(Login::Basic { user: user.clone(), password }))
    }

    fn endpoint(&self, registry: &Registry, repository: &RepositoryName) -> HostEndpoint {
        let settings = self.0.settings.get(registry);
        let tls = settings.and_then(|settings| settings.tls.as_ref());
        let (scheme, verification) = match tls {
            Some(TlsSettings::Mode(TlsMode::Off)) => (Scheme::Http, Verification::Certificate),
            Some(TlsSettings::Mode(TlsMode::Insecure)) => (Scheme::Https, Verification::Nothing),
            None if registry.is_loopback() => (Scheme::HttpsThenHttp, Verification::Certificate),
            Some(TlsSettings::Files(_)) | None => (Scheme::Https, Verification::Certificate),
        };
        HostEndpoint {
            registry: registry.clone(),
            authority: registry.api_host().to_owned(),
            repository: repository.clone(),
            scheme,
            reads: Reads::All,
            limits: settings.map(|settings| settings.limits.clone()).unwrap_or_default(),
            token_realm: settings.and_then(|settings| settings.token_realm.clone()),
            tls: self.tls(registry, verification),
        }
    }

    fn tls(&self, registry: &Registry, verification: Verification) -> Arc<LazyTls> {
        let mut made = self.0.tls.lock().unwrap_or_else(PoisonError::into_inner);
        let tls = made.entry((registry.clone(), verification)).or_insert_with(|| {
            let files = match self.0.settings.get(registry).and_then(|settings| settings.tls.as_ref()) {
                Some(TlsSettings::Files(files)) => files.clone(),
                _ => crate::TlsFiles::default(),
            };
            let client = files.cert.zip(files.key).map(|(cert, key)| ClientPair { cert, key });
            let plan = TlsPlan { verification, authorities: files.ca.into_iter().collect(), client };
            Arc::new(LazyTls::new(plan, Arc::clone(&self.0.roots)))
        });
        Arc::clone(tls)
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
