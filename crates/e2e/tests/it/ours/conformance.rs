//! The suite that every place passes, on our registry and on our store.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use portolan_transport::conformance::{self, Expectations, PlaceUnderTest};
use portolan_transport::{
    Hosts, HostsOptions, Location, Places, PlacesOptions, Source, Support, Target, TransportResult,
};

use super::Ours;

/// How the store is reached.
#[derive(Clone, Copy)]
enum Way {
    Registry,
    Within,
}

struct Repositories {
    ours: Ours,
    way: Way,
    places: Places,
    made: AtomicUsize,
}

impl Repositories {
    async fn new(way: Way) -> Self {
        let ours = Ours::start().await;
        Self { places: places(&ours), ours, way, made: AtomicUsize::new(0) }
    }
}

/// As another process would have them.
fn places(ours: &Ours) -> Places {
    let hosts = Hosts::new(HostsOptions::default()).unwrap();
    Places::new(PlacesOptions { store: Some(ours.store()), ..PlacesOptions::new(hosts) })
}

#[async_trait]
impl PlaceUnderTest for Repositories {
    async fn target(&self) -> TransportResult<Arc<dyn Target>> {
        let name = format!("suite/r{}", self.made.fetch_add(1, Ordering::Relaxed)).parse().unwrap();
        let location = match self.way {
            Way::Registry => Location::Registry(self.ours.host().parse().unwrap(), name),
            Way::Within => Location::Store(name),
        };
        self.places.target(&location).await
    }

    async fn source(&self, location: &Location) -> TransportResult<Arc<dyn Source>> {
        self.places.source(location).await
    }

    async fn target_again(&self, location: &Location) -> TransportResult<Option<Arc<dyn Target>>> {
        places(&self.ours).target(location).await.map(Some)
    }

    fn expectations(&self) -> Expectations {
        Expectations { sha512: Support::Yes, ..Expectations::default() }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn our_registry_keeps_all_promises() {
    conformance::run(&Repositories::new(Way::Registry).await).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn our_store_keeps_all_promises() {
    conformance::run(&Repositories::new(Way::Within).await).await.unwrap();
}
