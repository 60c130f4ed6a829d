//! What a copy needs: a journal, places, an engine for each run.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use portolan_catalog::{Catalog, DatabaseLocation, Journal, RunTotals};
use portolan_sync::{
    Books, CopyReport, CopyRequest, CopyRules, CopyTarget, Detail, Engine, EngineOptions, ImageOutcome,
    Mirror, Moves, Platforms, ReferrerPolicy, Silent, SyncOptions, SyncShare, TargetChecks, TargetReport,
};
use portolan_transport::{
    ClientOptions, Endpoint, HostLimits, Hosts, HostsOptions, OwnStore, Places, PlacesOptions, PutAs,
    RegistrySettings, RetryOptions, Secret, TlsFiles, TlsSettings,
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// A folder with a journal. What is remembered between runs lies here.
pub(crate) struct Desk {
    dir: PathBuf,
    /// Held for its drop.
    _temporary: Option<TempDir>,
    catalog: Catalog,
    pub(crate) places: Places,
}

/// What is set for the registries of a test, and how patient it is.
pub(crate) struct Manners {
    pub(crate) registries: Vec<RegistrySettings>,
    pub(crate) client: ClientOptions,
    pub(crate) store: Option<Arc<dyn OwnStore>>,
}

impl Default for Manners {
    /// Nothing is set, and nobody waits long before something is tried again.
    fn default() -> Self {
        let retry = RetryOptions {
            first_delay: Duration::from_millis(2),
            longest_delay: Duration::from_millis(20),
            ..RetryOptions::default()
        };
        Self {
            registries: Vec::new(),
            client: ClientOptions { retry, ..ClientOptions::default() },
            store: None,
        }
    }
}

impl Manners {
    /// The same, logged in at `host` as the user of the tests.
    pub(crate) fn login(mut self, host: &str) -> Self {
        self.registries.push(RegistrySettings {
            username: Some(USER.to_owned()),
            password: Some(Secret::Plain(PASSWORD.to_owned())),
            ..unset(host)
        });
        self
    }

    /// The same, with an authority of its own trusted at `host`.
    pub(crate) fn trusting(mut self, host: &str, authority: PathBuf) -> Self {
        let files = TlsFiles { ca: Some(authority), ..TlsFiles::default() };
        self.registries.push(RegistrySettings { tls: Some(TlsSettings::Files(files)), ..unset(host) });
        self
    }
}

/// The user of the tests.
pub(crate) const USER: &str = "portolan";
/// The password of the user of the tests.
pub(crate) const PASSWORD: &str = "open sesame";

/// Nothing is set for this host.
pub(crate) fn unset(host: &str) -> RegistrySettings {
    RegistrySettings {
        host: host.parse().unwrap(),
        username: None,
        password: None,
        tls: None,
        limits: HostLimits::default(),
        token_realm: None,
    }
}

impl Desk {
    pub(crate) async fn new() -> Self {
        Self::with(Manners::default()).await
    }

    pub(crate) async fn with(manners: Manners) -> Self {
        let dir = TempDir::new().unwrap();
        let desk = Self::at(dir.path(), manners).await;
        Self { _temporary: Some(dir), ..desk }
    }

    /// In a folder that other processes use too, before and after this one.
    pub(crate) async fn at(dir: &Path, manners: Manners) -> Self {
        let database = DatabaseLocation::SqliteFile(dir.join("portolan.db"));
        let catalog = Catalog::open(&database).await.unwrap();
        let hosts = Hosts::new(HostsOptions { settings: manners.registries, ..HostsOptions::default() });
        let options = PlacesOptions {
            client: manners.client,
            store: manners.store,
            ..PlacesOptions::new(hosts.unwrap())
        };
        Self { dir: dir.to_owned(), _temporary: None, catalog, places: Places::new(options) }
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// `oci:FOLDER:tag` in the folder.
    pub(crate) fn layout(&self, name: &str, tag: &str) -> String {
        format!("oci:{}:{tag}", self.path(name).display())
    }

    /// What is remembered.
    pub(crate) fn journal(&self) -> Journal {
        self.catalog.journal()
    }

    /// The engine of a new run. It never takes more than one step for a chunk, so that a break anywhere meets
    /// a boundary before it.
    pub(crate) fn engine(&self) -> Engine {
        let (pause, chunk_worth) = (Duration::from_millis(5), Duration::ZERO);
        self.engine_with(EngineOptions { pause, chunk_worth, ..EngineOptions::new(self.path("spool")) })
    }

    /// The same with options of the test's own.
    pub(crate) fn engine_with(&self, options: EngineOptions) -> Engine {
        Engine::new(self.catalog.journal(), options, Arc::new(Silent), CancellationToken::new())
    }

    /// The copy of an image with all that belongs to it, both places written as on a command line.
    pub(crate) async fn request(&self, source: &str, target: &str) -> CopyRequest {
        let (from, to): (Endpoint, Endpoint) = (source.parse().unwrap(), target.parse().unwrap());
        let target = self.places.target(&to.location).await.unwrap();
        CopyRequest {
            source: self.places.source(&from.location).await.unwrap(),
            reference: from.selector().unwrap(),
            targets: vec![CopyTarget { target, name: to.tag.map_or(PutAs::Digest, PutAs::Tag) }],
            rules: Arc::new(CopyRules {
                platforms: Platforms::All,
                referrers: ReferrerPolicy::ALL,
                moves: Moves::Allowed,
            }),
        }
    }

    /// A run of a mirror, which must go well: what it did, in numbers.
    pub(crate) async fn sync(&self, mirror: &Mirror) -> RunTotals {
        let books = Books::of(&self.catalog);
        let options = SyncOptions {
            places: &self.places,
            books: &books,
            owner: "a test".to_owned(),
            checks: TargetChecks::Rolling,
            share: SyncShare::All,
            detail: Detail::Changes,
        };
        let report = self.engine().sync(mirror, &options).await.unwrap();
        report.images.iter().flat_map(|image| &image.report.targets).for_each(succeeded);
        report.totals
    }

    /// A run that copies one image.
    pub(crate) async fn copy(&self, source: &str, target: &str) -> CopyReport {
        let request = self.request(source, target).await;
        self.engine().copy(&request).await
    }
}

/// The report on the only target; panics with the cause if the copy failed.
pub(crate) fn only(report: &CopyReport) -> &TargetReport {
    let [target] = report.targets.as_slice() else { panic!("{report:?}") };
    succeeded(target);
    target
}

fn succeeded(target: &TargetReport) {
    if let ImageOutcome::Failed(cause) = &target.outcome {
        panic!("{}: {cause:#?}", target.target);
    }
}
