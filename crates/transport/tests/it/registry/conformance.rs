use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use portolan_testkit::registry::Registry;
use portolan_testkit::token::TokenServer;
use portolan_transport::conformance::{self, Expectations, PlaceUnderTest};
use portolan_transport::{Location, Places, RegistrySettings, Source, Target, TransportResult};

use super::support::{login, places, trusting};

struct Registries {
    host: String,
    settings: Vec<RegistrySettings>,
    places: Places,
    made: AtomicUsize,
}

impl Registries {
    fn new(registry: &Registry, settings: Vec<RegistrySettings>) -> Self {
        let places = places(settings.clone());
        Self { host: registry.host().to_owned(), settings, places, made: AtomicUsize::new(0) }
    }
}

#[async_trait]
impl PlaceUnderTest for Registries {
    async fn target(&self) -> TransportResult<Arc<dyn Target>> {
        let name = format!("suite/r{}", self.made.fetch_add(1, Ordering::Relaxed));
        let location = Location::Registry(self.host.parse().unwrap(), name.parse().unwrap());
        self.places.target(&location).await
    }

    async fn source(&self, location: &Location) -> TransportResult<Arc<dyn Source>> {
        self.places.source(location).await
    }

    /// Another process knows nothing of what this one has learnt.
    async fn target_again(&self, location: &Location) -> TransportResult<Option<Arc<dyn Target>>> {
        places(self.settings.clone()).target(location).await.map(Some)
    }

    fn expectations(&self) -> Expectations {
        Expectations::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_registry_keeps_all_promises() {
    let Some(registry) = Registry::start().await else { return };
    conformance::run(&Registries::new(&registry, Vec::new())).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_with_passwords_keeps_all_promises() {
    let Some(registry) = Registry::builder().htpasswd(&[("me", "sesame")]).start().await else { return };
    let settings = vec![login(registry.host(), "me", "sesame")];
    conformance::run(&Registries::new(&registry, settings)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_with_tls_keeps_all_promises() {
    let Some(registry) = Registry::builder().tls().start().await else { return };
    let settings = vec![trusting(&registry)];
    conformance::run(&Registries::new(&registry, settings)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_with_tokens_keeps_all_promises() {
    let server = TokenServer::builder().user("me", "sesame").start().await;
    let Some(registry) = Registry::builder().token_auth(&server).start().await else { return };
    let settings = vec![login(registry.host(), "me", "sesame")];
    conformance::run(&Registries::new(&registry, settings)).await.unwrap();
}
