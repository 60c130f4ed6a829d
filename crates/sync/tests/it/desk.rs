//! What a copy needs: a journal, places, an engine for each run.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use portolan_catalog::{Catalog, DatabaseLocation, Place, Runs, SeenDigest};
use portolan_sync::select::{Mirror, Policy};
use portolan_sync::settings::{MirrorSettings, TagSets};
use portolan_sync::{
    ArtifactTypes, Books, CarryRules, CopyReport, CopyRequest, CopyRules, CopyTarget, Detail, Engine,
    EngineOptions, Event, ImageOutcome, MirrorPlan, Moves, Observer, Plan, Platforms, PruneScope,
    ReferrerPolicy, SavedPlan, SyncError, SyncOptions, SyncReport, SyncShare, TakeUpOptions, TargetChecks,
    TargetReport, UndoOptions, UndoReport,
};
use portolan_transport::{
    ClientOptions, Endpoint, Hosts, HostsOptions, Places, PlacesOptions, PutAs, RetryOptions,
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// A folder with a journal. What is remembered between runs lies here.
pub(crate) struct Desk {
    dir: TempDir,
    catalog: Catalog,
    places: Places,
    pub(crate) heard: Arc<Heard>,
}

/// Keeps all events.
#[derive(Default)]
pub(crate) struct Heard(Mutex<Vec<Event>>);

impl Observer for Heard {
    fn observe(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

impl Heard {
    pub(crate) fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }
}

impl Desk {
    pub(crate) async fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let database = DatabaseLocation::SqliteFile(dir.path().join("portolan.db"));
        let catalog = Catalog::open(&database).await.unwrap();
        Self { dir, catalog, places: places(), heard: Arc::default() }
    }

    /// Forgets what this process has learnt about hosts, as a new one does not know it.
    pub(crate) fn forget_hosts(&mut self) {
        self.places = places();
    }

    /// The runs that are written down.
    pub(crate) fn runs(&self) -> Runs {
        self.catalog.runs()
    }

    /// What is written down about mirrors.
    pub(crate) fn books(&self) -> Books {
        Books::of(&self.catalog)
    }

    /// What the tags of a source were seen to name.
    pub(crate) async fn seen(&self, place: &Place) -> HashMap<String, Vec<SeenDigest>> {
        self.catalog.journal().seen_all(place).await.unwrap()
    }

    /// All places.
    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// `oci:FOLDER:tag` in the folder.
    pub(crate) fn layout(&self, name: &str, tag: &str) -> String {
        format!("oci:{}:{tag}", self.path(name).display())
    }

    /// Options that do not wait long before something is tried again.
    pub(crate) fn options(&self) -> EngineOptions {
        EngineOptions { pause: Duration::from_millis(5), ..EngineOptions::new(self.path("spool")) }
    }

    /// The engine of a new run.
    pub(crate) fn engine(&self, options: EngineOptions) -> Engine {
        self.engine_until(options, CancellationToken::new())
    }

    /// The engine of a new run that can be interrupted.
    pub(crate) fn engine_until(&self, options: EngineOptions, cancelled: CancellationToken) -> Engine {
        let heard: Arc<dyn Observer> = Arc::clone(&self.heard) as _;
        Engine::new(self.catalog.journal(), options, heard, cancelled)
    }

    /// Whether the journal knows that an image is finished at `HOST/REPOSITORY`.
    pub(crate) async fn finished(&self, place: &str, reference: &str) -> bool {
        let (host, repository) = place.split_once('/').unwrap();
        let place = Place::new(host, repository);
        self.catalog.journal().confirmed(&place, reference).await.unwrap().is_some()
    }

    /// The copy of an image with all that belongs to it, each place written as on a command line.
    pub(crate) async fn request(&self, source: &str, targets: &[&str]) -> CopyRequest {
        let from: Endpoint = source.parse().unwrap();
        let mut to = Vec::new();
        for target in targets {
            let endpoint: Endpoint = target.parse().unwrap();
            let name = endpoint.tag.map_or(PutAs::Digest, PutAs::Tag);
            to.push(CopyTarget { target: self.places.target(&endpoint.location).await.unwrap(), name });
        }
        // As for a mirror that lists the source's tags to choose among them.
        let referrers = CarryRules { types: ArtifactTypes::All, recheck: Duration::ZERO };
        CopyRequest {
            source: self.places.source(&from.location).await.unwrap(),
            reference: from.selector().unwrap(),
            targets: to,
            rules: Arc::new(CopyRules {
                platforms: Platforms::All,
                referrers: ReferrerPolicy::Carry(referrers),
                moves: Moves::Allowed,
            }),
        }
    }

    /// A run of a mirror.
    pub(crate) async fn sync(&self, mirror: &Mirror, share: SyncShare<'_>) -> Result<SyncReport, SyncError> {
        self.sync_by(&self.engine(self.options()), mirror, share).await
    }

    /// The same by an engine of the caller's.
    pub(crate) async fn sync_by(
        &self,
        engine: &Engine,
        mirror: &Mirror,
        share: SyncShare<'_>,
    ) -> Result<SyncReport, SyncError> {
        self.sync_told(engine, mirror, share, Detail::All).await
    }

    /// The same with a report in as much detail as the caller wants.
    pub(crate) async fn sync_told(
        &self,
        engine: &Engine,
        mirror: &Mirror,
        share: SyncShare<'_>,
        detail: Detail,
    ) -> Result<SyncReport, SyncError> {
        let books = self.books();
        let options = SyncOptions {
            places: &self.places,
            books: &books,
            owner: "a test".to_owned(),
            checks: TargetChecks::Rolling,
            share,
            detail,
        };
        engine.sync(mirror, &options).await
    }

    /// Undoes what the last run of a mirror that deleted something has deleted.
    pub(crate) async fn undo(&self, mirror: &str) -> Option<UndoReport> {
        let books = self.books();
        let options =
            UndoOptions { places: &self.places, books: &books, owner: "a test".to_owned(), run: None };
        self.engine(self.options()).undo(mirror, &options).await.unwrap()
    }

    /// What a mirror would do now, as it is kept in a file.
    pub(crate) async fn save(&self, mirror: &Mirror) -> SavedPlan {
        let (engine, books) = (self.engine(self.options()), self.books());
        let gathered = engine.gather(mirror, &self.places).await.unwrap();
        let scope = PruneScope::new(mirror, &gathered);
        let plan = engine.plan(gathered.requests, TargetChecks::Rolling).await.unwrap();
        let pruned = match &scope {
            Some(scope) => Some((scope, engine.plan_prune(scope, &plan, &self.places, &books).await)),
            None => None,
        };
        let prune = pruned.as_ref().map(|(scope, report)| (*scope, report));
        SavedPlan::new([MirrorPlan { name: &mirror.name, images: plan.images(), prune }])
    }

    /// Does what a plan in a file says about its only mirror.
    pub(crate) async fn take_up(&self, saved: &SavedPlan) -> Result<SyncReport, SyncError> {
        let file = serde_json::to_vec(saved).unwrap();
        let restored = SavedPlan::parse(&file).unwrap().restore(&self.places).await.unwrap();
        let [restored] = <[_; 1]>::try_from(restored).ok().unwrap();
        let books = self.books();
        let options = TakeUpOptions { places: &self.places, books: &books, owner: "a test".to_owned() };
        self.engine(self.options()).take_up(restored, &options).await
    }

    /// A run that copies one image.
    pub(crate) async fn copy(&self, source: &str, targets: &[&str]) -> CopyReport {
        let request = self.request(source, targets).await;
        self.engine(self.options()).copy(&request).await
    }
}

fn places() -> Places {
    let retry = RetryOptions {
        first_delay: Duration::from_millis(2),
        longest_delay: Duration::from_millis(20),
        ..RetryOptions::default()
    };
    let client = ClientOptions { retry, ..ClientOptions::default() };
    let hosts = Hosts::new(HostsOptions::default()).unwrap();
    Places::new(PlacesOptions { client, ..PlacesOptions::new(hosts) })
}

/// A mirror as it is written in a configuration.
pub(crate) fn mirror(settings: serde_json::Value) -> Mirror {
    let settings: MirrorSettings = serde_json::from_value(settings).unwrap();
    Mirror::new(&settings, &Policy::default(), &TagSets::new()).unwrap()
}

/// The images of a plan, as those of a mirror are kept in a file.
pub(crate) fn saved(plan: &Plan) -> SavedPlan {
    let name = "apps".parse().unwrap();
    SavedPlan::new([MirrorPlan { name: &name, images: plan.images(), prune: None }])
}

/// The report on the only target; panics with the cause if the copy failed.
pub(crate) fn only(report: &CopyReport) -> &TargetReport {
    assert_eq!(report.targets.len(), 1);
    succeeded(&report.targets[0])
}

/// The same report; panics with the cause if the copy failed.
pub(crate) fn succeeded(report: &TargetReport) -> &TargetReport {
    if let ImageOutcome::Failed(cause) = &report.outcome {
        panic!("{}: {cause:#?}", report.target);
    }
    report
}
