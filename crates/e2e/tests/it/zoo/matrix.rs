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
use crate::desk::{Desk, Manners, only};
use crate::judge;
use crate::ours::Ours;

#[derive(Clone, Copy)]
enum Kind {
    Registry,
    Layout,
    Archive,
    /// Our own registry.
    Ours,
    /// Our own store, without going over HTTP.
    Store,
}

/// A place of some kind: for a registry a repository for each exhibit, else one that holds them all.
enum Site {
    Registry(Box<Registry>),
    Layout(PathBuf),
    Archive(PathBuf),
    /// The repositories below this name.
    Ours(Arc<Ours>, String),
    Store(Arc<Ours>, String),
}

impl Site {
    /// A place that does not exist yet; `None` where the registry is not installed.
    async fn new(kind: Kind, (desk, ours): (&Desk, &Arc<Ours>), name: &str) -> Option<Self> {
        Some(match kind {
            Kind::Registry => Self::Registry(Box::new(Registry::start().await?)),
            Kind::Layout => Self::Layout(desk.path(name)),
            Kind::Archive => Self::Archive(desk.path(&format!("{name}.tar"))),
            Kind::Ours => Self::Ours(Arc::clone(ours), name.to_owned()),
            Kind::Store => Self::Store(Arc::clone(ours), name.to_owned()),
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
            Self::Ours(ours, below) | Self::Store(ours, below) => {
                let client = ours.client();
                for exhibit in zoo::all() {
                    client.push(&format!("{below}/{}", exhibit.name), &exhibit).await;
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
            Self::Ours(ours, below) => {
                let name = format!("{below}/{}", exhibit.name);
                Location::Registry(ours.host().parse().unwrap(), name.parse().unwrap())
            }
            Self::Store(_, below) => Location::Store(format!("{below}/{}", exhibit.name).parse().unwrap()),
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

    /// What a copy from here has to bring.
    fn shown(&self, zoo: &[Exhibit]) -> Vec<Exhibit> {
        match self {
            Self::Ours(..) | Self::Store(..) => zoo.iter().cloned().map(judge::through_api).collect(),
            Self::Registry(_) | Self::Layout(_) | Self::Archive(_) => zoo.to_vec(),
        }
    }

    async fn judge(&self, desk: &Desk, zoo: &[Exhibit]) {
        match self {
            Self::Registry(registry) => {
                let client = registry.client();
                for exhibit in zoo {
                    judge::in_registry(&client, exhibit.name, exhibit).await;
                }
            }
            Self::Ours(ours, below) | Self::Store(ours, below) => {
                let client = ours.client();
                for exhibit in zoo {
                    judge::in_registry(&client, &format!("{below}/{}", exhibit.name), exhibit).await;
                }
            }
            Self::Layout(folder) => zoo.iter().for_each(|exhibit| judge::in_layout(folder, exhibit)),
            Self::Archive(file) => {
                let folder = desk.path("unpacked");
                archives::unpack(file, &folder);
                zoo.iter().for_each(|exhibit| judge::in_layout(&folder, exhibit));
            }
        }
    }
}

async fn everything_survives(from: Kind, to: Kind) {
    let ours = Arc::new(Ours::start().await);
    let desk = Desk::with(Manners { store: Some(ours.store()), ..Manners::default() }).await;
    let (from, to) =
        (Site::new(from, (&desk, &ours), "from").await, Site::new(to, (&desk, &ours), "to").await);
    let (Some(from), Some(to)) = (from, to) else { return };
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
    to.judge(&desk, &from.shown(&zoo)).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn everything_survives_from_registry_to_ours() {
    everything_survives(Kind::Registry, Kind::Ours).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_survives_from_registry_to_store() {
    everything_survives(Kind::Registry, Kind::Store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_survives_from_ours_to_registry() {
    everything_survives(Kind::Ours, Kind::Registry).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_survives_from_store_to_layout() {
    everything_survives(Kind::Store, Kind::Layout).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_survives_from_layout_to_store() {
    everything_survives(Kind::Layout, Kind::Store).await;
}
