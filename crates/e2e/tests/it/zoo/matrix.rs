//! From each kind of place to each kind of place: nothing is lost, nothing is changed.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::PathBuf;
use std::sync::Arc;

use portolan_oci::Tag;
use portolan_sync::{CopyRequest, CopyRules, CopyTarget, Moves, Platforms, ReferrerPolicy};
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo::{self, Exhibit};
use portolan_transport::{Location, PutAs, Source, Target};

use super::archives;
use crate::desk::{Desk, only};
use crate::judge;

#[derive(Clone, Copy)]
enum Kind {
    Registry,
    Layout,
    Archive,
}

/// A place of some kind: for a registry a repository for each exhibit, else one that holds them all.
enum Site {
    Registry(Box<Registry>),
    Layout(PathBuf),
    Archive(PathBuf),
}

impl Site {
    /// A place that does not exist yet; `None` where the registry is not installed.
    async fn new(kind: Kind, desk: &Desk, name: &str) -> Option<Self> {
        Some(match kind {
            Kind::Registry => Self::Registry(Box::new(Registry::start().await?)),
            Kind::Layout => Self::Layout(desk.path(name)),
            Kind::Archive => Self::Archive(desk.path(&format!("{name}.tar"))),
        })
    }

    /// Puts the whole zoo there, without the code under test.
    async fn fill(&self, desk: &Desk) {
        match self {
            Self::Registry(registry) => {
                let client = registry.client();
                for exhibit in zoo::all() {
                    client.push(exhibit.name, &exhibit).await;
                }
            }
            Self::Layout(folder) => zoo::write_layout(folder, &zoo::all()),
            Self::Archive(file) => {
                let folder = desk.path("packed");
                zoo::write_layout(&folder, &zoo::all());
                archives::pack(&folder, file);
            }
        }
    }

    /// Where each exhibit is, or goes to.
    fn locations(&self, zoo: &[Exhibit]) -> Vec<Location> {
        let location = |exhibit: &Exhibit| match self {
            Self::Registry(registry) => {
                Location::Registry(registry.host().parse().unwrap(), exhibit.name.parse().unwrap())
            }
            Self::Layout(folder) => Location::Layout(folder.clone()),
            Self::Archive(file) => Location::OciArchive(file.clone()),
        };
        zoo.iter().map(location).collect()
    }

    async fn sources(&self, desk: &Desk, zoo: &[Exhibit]) -> Vec<Arc<dyn Source>> {
        let mut opened = HashMap::new();
        for location in self.locations(zoo) {
            if let Entry::Vacant(place) = opened.entry(location) {
                let source = desk.places.source(place.key()).await.unwrap();
                place.insert(source);
            }
        }
        self.locations(zoo).iter().map(|location| Arc::clone(&opened[location])).collect()
    }

    /// An archive comes to be when it is closed, so all that goes there goes through one target.
    async fn targets(&self, desk: &Desk, zoo: &[Exhibit]) -> Vec<Arc<dyn Target>> {
        let mut opened = HashMap::new();
        for location in self.locations(zoo) {
            if let Entry::Vacant(place) = opened.entry(location) {
                let target = desk.places.target(place.key()).await.unwrap();
                place.insert(target);
            }
        }
        self.locations(zoo).iter().map(|location| Arc::clone(&opened[location])).collect()
    }

    async fn judge(&self, desk: &Desk) {
        match self {
            Self::Registry(registry) => {
                let client = registry.client();
                for exhibit in zoo::all() {
                    judge::in_registry(&client, exhibit.name, &exhibit).await;
                }
            }
            Self::Layout(folder) => zoo::all().iter().for_each(|exhibit| judge::in_layout(folder, exhibit)),
            Self::Archive(file) => {
                let folder = desk.path("unpacked");
                archives::unpack(file, &folder);
                zoo::all().iter().for_each(|exhibit| judge::in_layout(&folder, exhibit));
            }
        }
    }
}

async fn everything_survives(from: Kind, to: Kind) {
    let desk = Desk::new().await;
    let (Some(from), Some(to)) = (Site::new(from, &desk, "from").await, Site::new(to, &desk, "to").await)
    else {
        return;
    };
    from.fill(&desk).await;
    let zoo = zoo::all();
    let (sources, targets) = (from.sources(&desk, &zoo).await, to.targets(&desk, &zoo).await);
    let engine = desk.engine();
    for (exhibit, (source, target)) in zoo.iter().zip(sources.iter().zip(&targets)) {
        for tag in exhibit.tags.iter().map(|tag| tag.parse::<Tag>().unwrap()) {
            let target = CopyTarget { target: Arc::clone(target), name: PutAs::Tag(tag.clone()) };
            let request = CopyRequest {
                source: Arc::clone(source),
                reference: tag.into(),
                targets: vec![target],
                rules: Arc::new(CopyRules {
                    platforms: Platforms::All,
                    referrers: ReferrerPolicy::ALL,
                    moves: Moves::Allowed,
                }),
            };
            only(&engine.copy(&request).await);
        }
    }
    for target in targets {
        target.close().await.unwrap();
    }
    to.judge(&desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_survives_from_registry_to_registry() {
    everything_survives(Kind::Registry, Kind::Registry).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_survives_from_registry_to_layout() {
    everything_survives(Kind::Registry, Kind::Layout).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_survives_from_registry_to_archive() {
    everything_survives(Kind::Registry, Kind::Archive).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_survives_from_layout_to_registry() {
    everything_survives(Kind::Layout, Kind::Registry).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_survives_from_layout_to_layout() {
    everything_survives(Kind::Layout, Kind::Layout).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_survives_from_layout_to_archive() {
    everything_survives(Kind::Layout, Kind::Archive).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_survives_from_archive_to_registry() {
    everything_survives(Kind::Archive, Kind::Registry).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_survives_from_archive_to_layout() {
    everything_survives(Kind::Archive, Kind::Layout).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_survives_from_archive_to_archive() {
    everything_survives(Kind::Archive, Kind::Archive).await;
}
