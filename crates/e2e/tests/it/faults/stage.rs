//! Two registries behind proxies, and one case after the other.

use std::time::Duration;

use portolan_sync::{CopyError, CopyReport, Engine, EngineOptions, ImageOutcome};
use portolan_testkit::client::Client;
use portolan_testkit::image::{Image, Layer, Tree, index_of, media};
use portolan_testkit::proxy::{Action, Answer, Asked, Proxy, Rule};
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo::Exhibit;
use portolan_transport::{ClientOptions, TransportError};

use crate::desk::{Desk, Manners, only};
use crate::ours::Ours;

/// What comes of a copy.
#[derive(Clone, Copy)]
pub(crate) enum Outcome {
    /// All is there.
    Survives,
    /// It fails, and the cause is this.
    Fails(fn(&CopyError) -> bool),
}

/// A fault and what comes of it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) rules: Vec<Rule>,
    pub(crate) outcome: Outcome,
}

impl Case {
    pub(crate) fn survives(name: &'static str, rules: impl IntoIterator<Item = Rule>) -> Self {
        Self { name, rules: rules.into_iter().collect(), outcome: Outcome::Survives }
    }

    pub(crate) fn fails(
        name: &'static str,
        rules: impl IntoIterator<Item = Rule>,
        cause: fn(&CopyError) -> bool,
    ) -> Self {
        Self { name, rules: rules.into_iter().collect(), outcome: Outcome::Fails(cause) }
    }
}

/// A fault of the first request that `matcher` is true for.
pub(crate) fn once(matcher: fn(&Asked) -> bool, action: Action) -> Rule {
    Rule::new(matcher, action)
}

/// Refuses with a status.
pub(crate) fn refuse(status: u16) -> Action {
    Action::Answer(Answer::status(status))
}

/// Asks for a second of patience.
pub(crate) fn slow_down() -> Action {
    Action::Answer(Answer::error(429, "TOOMANYREQUESTS").header("retry-after", "1"))
}

/// Whether the source failed with this.
pub(crate) fn from_source(error: &CopyError, is: fn(&TransportError) -> bool) -> bool {
    matches!(error, CopyError::Source { cause, .. } if is(cause))
}

/// Whether the target failed with this.
pub(crate) fn from_target(error: &CopyError, is: fn(&TransportError) -> bool) -> bool {
    matches!(error, CopyError::Target { cause, .. } if is(cause))
}

/// The side on which things go wrong.
#[derive(Clone, Copy)]
pub(crate) enum Side {
    Source,
    Target,
}

/// Bytes of the layer that goes up in chunks.
pub(crate) const LARGE: u64 = 3 << 20;
/// Bytes of a chunk.
pub(crate) const CHUNK: u64 = 1 << 20;

pub(crate) struct Stage {
    image: Exhibit,
    /// Held for its drop.
    _from: House,
    to: House,
    source: Proxy,
    target: Proxy,
}

/// A registry: Docker's, or our own.
enum House {
    Docker(Box<Registry>),
    Ours(Ours),
}

impl House {
    fn url(&self) -> String {
        match self {
            Self::Docker(registry) => registry.url(),
            Self::Ours(ours) => ours.url(),
        }
    }

    fn client(&self) -> Client {
        match self {
            Self::Docker(registry) => registry.client(),
            Self::Ours(ours) => ours.client(),
        }
    }
}

impl Stage {
    /// `None` where the registry is not installed.
    pub(crate) async fn set() -> Option<Self> {
        let (from, to) = (Registry::start().await?, Registry::start().await?);
        Some(Self::between(House::Docker(Box::new(from)), House::Docker(Box::new(to))).await)
    }

    /// Both registries are our own.
    pub(crate) async fn set_with_ours() -> Self {
        Self::between(House::Ours(Ours::start().await), House::Ours(Ours::start().await)).await
    }

    async fn between(from: House, to: House) -> Self {
        let image = image();
        from.client().push("r", &image).await;
        let (source, target) = (Proxy::start(&from.url()).await, Proxy::start(&to.url()).await);
        Self { image, _from: from, to, source, target }
    }

    /// Copies with each fault to a repository of its own, and once more when all is well again.
    pub(crate) async fn play(&self, side: Side, cases: impl IntoIterator<Item = Case>) {
        let mut wrong = Vec::new();
        for (nth, case) in cases.into_iter().enumerate() {
            let desk = Desk::with(impatient()).await;
            let proxy = match side {
                Side::Source => &self.source,
                Side::Target => &self.target,
            };
            let repository = format!("r{nth}");
            case.rules.into_iter().for_each(|rule| proxy.fault(rule));
            let report = self.copy(&desk, &repository).await;
            assert!(proxy.count(|record| record.faults > 0) > 0, "{}: nothing went wrong", case.name);
            let judged = self.judge(case.outcome, &report, &repository).await;
            wrong.extend(judged.err().map(|error| format!("{}: {error}", case.name)));

            proxy.heal();
            proxy.clear();
            only(&self.copy(&desk, &repository).await);
            assert_whole(&self.to.client(), &repository, &self.image.root).await;
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    async fn copy(&self, desk: &Desk, repository: &str) -> CopyReport {
        let (from, to) = (self.source.reference("r", "v1"), self.target.reference(repository, "v1"));
        engine(desk).copy(&desk.request(&from, &to).await).await
    }

    async fn judge(&self, expected: Outcome, report: &CopyReport, repository: &str) -> Result<(), String> {
        let client = self.to.client();
        let tags = assert_tags_can_be_pulled(&client, repository).await;
        match (&report.targets[0].outcome, expected) {
            (ImageOutcome::Copied, Outcome::Survives) => {
                assert_eq!(tags, ["v1"]);
                assert_whole(&client, repository, &self.image.root).await;
                Ok(())
            }
            (ImageOutcome::Failed(cause), Outcome::Fails(is_expected)) if is_expected(cause) => Ok(()),
            (outcome, _) => Err(format!("{outcome:?}")),
        }
    }
}

/// Two platforms, each with a small layer, and one with a layer that goes up in chunks.
pub(crate) fn image() -> Exhibit {
    let amd64 = Image::oci().layer(Layer::random(1, 200_000)).layer(Layer::random(2, LARGE)).build();
    let arm64 = Image::oci().platform("linux/arm64").layer(Layer::random(3, 200_000)).build();
    let index = index_of(media::OCI_INDEX, vec![(amd64, "linux/amd64"), (arm64, "linux/arm64")]);
    let mut exhibit = Exhibit::new("two-platforms", index);
    exhibit.tags = vec!["v1".to_owned()];
    exhibit
}

/// Waits only for a moment.
pub(crate) fn impatient() -> Manners {
    let manners = Manners::default();
    let client = ClientOptions { idle_timeout: Duration::from_millis(500), ..manners.client };
    Manners { client, ..manners }
}

/// An engine that sends the large layer in chunks.
pub(crate) fn engine(desk: &Desk) -> Engine {
    desk.engine_with(EngineOptions {
        pause: Duration::from_millis(5),
        chunked_over: CHUNK,
        chunk: CHUNK,
        chunk_worth: Duration::ZERO,
        attempts: 3,
        ..EngineOptions::new(desk.path("spool"))
    })
}

/// Panics unless every tag names something that is complete; gives the tags.
pub(crate) async fn assert_tags_can_be_pulled(client: &Client, repository: &str) -> Vec<String> {
    let tags = client.tags(repository).await;
    for tag in &tags {
        client.check_image(repository, tag).await.unwrap();
    }
    tags
}

/// Panics unless the tag names exactly this image.
pub(crate) async fn assert_whole(client: &Client, repository: &str, image: &Tree) {
    assert_eq!(client.manifest(repository, "v1").await.bytes, image.bytes);
    client.check_image(repository, "v1").await.unwrap();
}
