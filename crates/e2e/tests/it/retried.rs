//! A mirror whose registry was out of order for a while gets its images when it is back, before its next time.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_catalog::{Catalog, DatabaseLocation, Run, RunOutcome, Runs};
use portolan_server::live::{InForce, Live, Reach, Shared};
use portolan_server::metrics::Metrics;
use portolan_server::mirroring::{Bell, Clock, Means, Runner, UnderWay, keep_mirrors, unchanging};
use portolan_sync::select::Policy;
use portolan_sync::settings::{MirrorSettings, TagSets};
use portolan_sync::{Books, EngineOptions, Mirror};
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo;
use portolan_transport::{ClientOptions, Hosts, HostsOptions, Places, PlacesOptions, RetryOptions};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// A clock that stands still until it is told how far it may go, and then jumps to what is waited for.
struct Held {
    may_go_to: watch::Receiver<Timestamp>,
    now: watch::Sender<Timestamp>,
}

#[async_trait(?Send)]
impl Clock for Held {
    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    async fn wait(&self, until: Timestamp) {
        let mut may_go_to = self.may_go_to.clone();
        may_go_to.wait_for(|limit| *limit >= until).await.unwrap();
        self.now.send_modify(|now| *now = until.max(*now));
    }
}

/// The runs of the mirror that have ended, the first one first, as soon as they are so many.
async fn ended(runs: &Runs, count: usize) -> Vec<Run> {
    loop {
        let mut all = runs.runs("m", 100).await.unwrap();
        all.retain(|run| run.ended.is_some());
        if all.len() >= count {
            all.reverse();
            return all;
        }
        tokio::task::yield_now().await;
    }
}

fn mirror(images: &str, value: Value, target: &std::path::Path) -> Mirror {
    let mut settings =
        json!({ "name": "m", "targets": [format!("oci:{}", target.display())], "every": "1d" });
    settings[images] = value;
    let settings: MirrorSettings = serde_json::from_value(settings).unwrap();
    Mirror::new(&settings, &Policy::default(), &TagSets::default()).unwrap()
}

/// Has the mirror run while its registry is away, and again when it is back; gives both runs.
async fn away_and_back(
    registry: &mut Registry,
    mirror: Mirror,
    folder: &std::path::Path,
) -> (Runs, Vec<Run>) {
    let catalog = Catalog::open(&DatabaseLocation::SqliteFile(folder.join("portolan.db"))).await.unwrap();
    let retry = RetryOptions { first_delay: Duration::from_millis(2), ..RetryOptions::default() };
    let client = ClientOptions { retry, ..ClientOptions::default() };
    let options = PlacesOptions::new(Hosts::new(HostsOptions::default()).unwrap());
    let reach = Reach {
        places: Arc::new(Places::new(PlacesOptions { client, ..options })),
        options: EngineOptions::new(folder.join("spool")),
    };
    let (shared, hooks) = (Shared::default(), Arc::default());
    let runner = Runner {
        journal: catalog.journal(),
        books: Books::of(&catalog),
        live: Live::new(InForce { mirrors: Vec::new(), shared, hooks, reach }),
        under_way: UnderWay::default(),
        metrics: Metrics::default(),
    };
    let begin = Timestamp::now();
    let (go, may_go_to) = watch::channel(begin);
    let clock = Held { may_go_to, now: watch::Sender::new(begin) };
    let (metrics, bell, end) = (Metrics::default(), Bell::default(), CancellationToken::new());
    let means = Means { runner: &runner, clock: &clock, metrics: &metrics, bell: &bell };
    let runs = catalog.runs();
    registry.stop();
    let control = async {
        ended(&runs, 1).await;
        registry.restart().await;
        go.send_replace(begin.checked_add(Duration::from_mins(2)).unwrap());
        let both = ended(&runs, 2).await;
        end.cancel();
        both
    };
    let ((), both) = tokio::join!(keep_mirrors(unchanging([mirror]), means, &end), control);
    (catalog.runs(), both)
}

#[tokio::test]
async fn an_image_that_could_not_be_had_is_brought_when_its_registry_is_back() {
    let Some(mut registry) = Registry::start().await else { return };
    registry.client().push("app", &zoo::one("oci-image")).await;
    let folder = tempfile::tempdir().unwrap();
    let image = json!([format!("{}/app:oci-image", registry.host())]);
    let mirror = mirror("images", image, &folder.path().join("copy"));
    let (runs, both) = away_and_back(&mut registry, mirror, folder.path()).await;
    let told: Vec<_> = both.iter().map(|run| (run.ended.unwrap().outcome, run.totals.copied)).collect();
    assert_eq!(told, [(RunOutcome::Failed, 0), (RunOutcome::Done, 1)]);
    assert!(runs.failures(both[0].id).await.unwrap()[0].is_retryable);
    // The second saw to what had failed, and the schedule goes by the first.
    assert_eq!(runs.last_whole_run("m").await.unwrap().map(|run| run.id), Some(both[0].id));
    assert_eq!(runs.left_over("m").await.unwrap(), None);
}

#[tokio::test]
async fn a_mirror_whose_registry_could_not_be_asked_is_run_when_it_is_back() {
    let Some(mut registry) = Registry::start().await else { return };
    registry.client().push("app", &zoo::one("oci-image")).await;
    let folder = tempfile::tempdir().unwrap();
    let source = json!(format!("{}/app", registry.host()));
    let mirror = mirror("source", source, &folder.path().join("copy"));
    let (runs, both) = away_and_back(&mut registry, mirror, folder.path()).await;
    let told: Vec<_> = both.iter().map(|run| run.ended.unwrap().outcome).collect();
    assert_eq!(told, [RunOutcome::Failed, RunOutcome::Done]);
    assert!(both[1].totals.copied > 0);
    assert_eq!(runs.last_whole_run("m").await.unwrap().map(|run| run.id), Some(both[1].id));
}
