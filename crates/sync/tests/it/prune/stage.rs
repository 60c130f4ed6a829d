//! A mirror between two registries behind proxies that count.

use portolan_sync::prune::{Fate, PrunedTag};
use portolan_sync::select::Mirror;
use portolan_sync::{PruneReport, SyncReport, SyncShare};
use portolan_testkit::image::{Image, Layer, Tree};
use portolan_testkit::proxy::Proxy;
use portolan_testkit::registry::Registry;
use serde_json::{Value, json};

use crate::desk::{Desk, mirror};

/// A mirror of repository `r` to repository `m`.
pub(super) struct Stage {
    pub(super) from: Registry,
    pub(super) to: Registry,
    pub(super) source: Proxy,
    pub(super) target: Proxy,
    pub(super) desk: Desk,
}

impl Stage {
    /// One whose source has these tags, each an image of its own.
    pub(super) async fn new(tags: &[&str]) -> Option<Self> {
        let (from, to) = (Registry::start().await?, Registry::start().await?);
        let (source, target) = (Proxy::before(&from).await, Proxy::before(&to).await);
        let stage = Self { from, to, source, target, desk: Desk::new().await };
        for tag in tags {
            stage.push(tag, &image(tag)).await;
        }
        Some(stage)
    }

    /// Makes a tag of the source name an image.
    pub(super) async fn push(&self, tag: &str, image: &Tree) {
        self.from.client().push_tree("r", image, &[tag.to_owned()]).await.unwrap();
    }

    /// Takes the image of a tag away from the source, with all its tags.
    pub(super) async fn lose(&self, tag: &str) {
        self.from.client().delete("r", &image(tag).digest).await;
    }

    /// The mirror, with this grace and other settings.
    pub(super) fn mirror(&self, grace: &str, more: &Value) -> Mirror {
        let mut settings = json!({
            "name": "apps",
            "source": format!("{}/r", self.source.host()),
            "targets": [format!("{}/m", self.target.host())],
            "prune": {"mode": "follow-source", "grace": grace},
        });
        settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        mirror(settings)
    }

    pub(super) async fn sync(&self, mirror: &Mirror) -> SyncReport {
        self.source.clear();
        self.target.clear();
        let report = self.desk.sync(mirror, SyncShare::All).await.unwrap();
        assert!(report.prune.failures.is_empty(), "{:#?}", report.prune.failures);
        report
    }

    /// A run with this grace; what became of what the mirror no longer wants.
    pub(super) async fn prune(&self, grace: &str) -> PruneReport {
        self.sync(&self.mirror(grace, &json!({}))).await.prune
    }

    /// The tags of the target, in byte order.
    pub(super) async fn tags(&self) -> Vec<String> {
        let mut tags = self.to.client().tags("m").await;
        tags.sort_unstable();
        tags
    }
}

/// An image of the tag's own, small and with a layer that all of them share.
pub(super) fn image(tag: &str) -> Tree {
    Image::oci().layer(Layer::gzip(1)).annotation("of", tag).build()
}

/// The tags of a report with these fates, in byte order.
pub(super) fn with(report: &PruneReport, is: impl Fn(&Fate) -> bool) -> Vec<&str> {
    report.tags.iter().filter(|pruned| is(&pruned.fate)).map(|pruned| pruned.tag.as_str()).collect()
}

pub(super) fn deleted(report: &PruneReport) -> Vec<&str> {
    with(report, |fate| matches!(fate, Fate::Delete { .. }))
}

pub(super) fn condemned(report: &PruneReport) -> Vec<&str> {
    with(report, |fate| matches!(fate, Fate::Condemn { .. }))
}

pub(super) fn only(report: &PruneReport) -> &PrunedTag {
    let [pruned] = report.tags.as_slice() else { panic!("{report:#?}") };
    pruned
}
