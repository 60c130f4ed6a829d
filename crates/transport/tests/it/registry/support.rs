//! Clients for the registries of the tests.

use std::time::Duration;

use portolan_testkit::registry::Registry;
use portolan_transport::{
    ClientOptions, Hosts, HostsOptions, Places, PlacesOptions, RegistryRepository, RegistrySettings,
    RetryOptions, Secret, TlsFiles, TlsSettings,
};

/// A client that gives up soon.
pub(crate) fn impatient() -> ClientOptions {
    ClientOptions {
        connect_timeout: Duration::from_secs(5),
        idle_timeout: Duration::from_secs(20),
        retry: RetryOptions {
            first_delay: Duration::from_millis(2),
            longest_delay: Duration::from_millis(20),
            ..RetryOptions::default()
        },
    }
}

/// Nothing is set for this host.
pub(crate) fn unset(host: &str) -> RegistrySettings {
    RegistrySettings {
        host: host.parse().unwrap(),
        username: None,
        password: None,
        tls: None,
        limits: portolan_transport::HostLimits::default(),
        token_realm: None,
    }
}

pub(crate) fn login(host: &str, user: &str, password: &str) -> RegistrySettings {
    RegistrySettings {
        username: Some(user.to_owned()),
        password: Some(Secret::Plain(password.to_owned())),
        ..unset(host)
    }
}

/// The registry's own authority is trusted.
pub(crate) fn trusting(registry: &Registry) -> RegistrySettings {
    let tls = TlsFiles { ca: Some(registry.ca_file()), ..TlsFiles::default() };
    RegistrySettings { tls: Some(TlsSettings::Files(tls)), ..unset(registry.host()) }
}

pub(crate) fn places(settings: Vec<RegistrySettings>) -> Places {
    places_with(settings, impatient())
}

pub(crate) fn places_with(settings: Vec<RegistrySettings>, client: ClientOptions) -> Places {
    let hosts = Hosts::new(HostsOptions { settings, ..HostsOptions::default() }).unwrap();
    Places::new(PlacesOptions { client, ..PlacesOptions::new(hosts) })
}

pub(crate) fn repository(places: &Places, host: &str, name: &str) -> RegistryRepository {
    places.registry(&host.parse().unwrap(), &name.parse().unwrap()).unwrap()
}
