//! Two registries behind proxies, and what must be true of the second one.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;
use portolan_testkit::proxy::{Proxy, Record};
use portolan_testkit::registry::Registry;

use super::work::{self, REPOSITORIES, repository};
use crate::sandbox::Sandbox;

/// How long a registry may be at what it was sent.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) struct Stage {
    from: Registry,
    pub(crate) to: Registry,
    pub(crate) source: Proxy,
    pub(crate) target: Proxy,
}

impl Stage {
    /// With the sixty images at the source; `None` where the registry is not installed.
    pub(crate) async fn set() -> Option<Self> {
        let (from, to) = (Registry::start().await?, Registry::start().await?);
        let client = from.client();
        let fill = (0..REPOSITORIES).map(|nth| {
            let client = &client;
            async move {
                for exhibit in work::images(nth) {
                    client.push(&repository(nth), &exhibit).await;
                }
            }
        });
        join_all(fill).await;
        let (source, target) = (Proxy::before(&from).await, Proxy::before(&to).await);
        Some(Self { from, to, source, target })
    }

    /// The mirror of all images to repositories below `below`, in the words of the configuration.
    pub(crate) fn mirror(&self, name: &str, below: &str) -> String {
        let (from, to) = (self.source.host(), self.target.host());
        format!("{{name: {name}, source: '{from}/app/**', targets: ['{to}/{below}/{{repository}}']}}")
    }

    /// How many requests have come in on both sides.
    pub(crate) fn requests(&self) -> u64 {
        (self.source.requests() + self.target.requests()) as u64
    }

    /// Forgets what has passed.
    pub(crate) fn clear(&self) {
        self.source.clear();
        self.target.clear();
    }

    /// Panics unless each tag below `below` names something that is there as a whole. Docker's registry lists a tag a
    /// moment before it shows it, and may still be at what a run has sent that was killed.
    pub(crate) async fn assert_nothing_half_is_tagged(&self, below: &str) {
        let client = self.to.client();
        let check = (0..REPOSITORIES).map(|nth| {
            let (client, there) = (&client, format!("{below}/{}", repository(nth)));
            async move {
                for tag in client.tags(&there).await {
                    let whole = async {
                        while client.check_image(&there, &tag).await.is_err() {
                            tokio::task::yield_now().await;
                        }
                    };
                    if tokio::time::timeout(PATIENCE, whole).await.is_err() {
                        client.check_image(&there, &tag).await.unwrap();
                    }
                }
            }
        });
        join_all(check).await;
    }

    /// Panics unless what lies below `below` shows what the source shows, as a whole.
    pub(crate) async fn assert_arrived(&self, below: &str) {
        self.assert_nothing_half_is_tagged(below).await;
        let (source, target) = (self.from.client(), self.to.client());
        for nth in 0..REPOSITORIES {
            let (here, there) = (repository(nth), format!("{below}/{}", repository(nth)));
            let tags = source.tags(&here).await;
            assert_eq!(target.tags(&there).await, tags);
            for tag in tags {
                let (wanted, got) = (source.manifest(&here, &tag).await, target.manifest(&there, &tag).await);
                assert_eq!(got, wanted, "{there}:{tag}");
            }
        }
    }

    /// Panics if bytes of a blob were sent below `below` after the target had said that it has all of it there.
    pub(crate) fn assert_nothing_is_sent_twice(&self, below: &str) {
        let mut finished = BTreeMap::new();
        let prefix = format!("/v2/{below}/");
        for record in self.target.records().into_iter().filter(|record| record.path.starts_with(&prefix)) {
            let Some(digest) = sent(&record) else { continue };
            let earlier = finished.get(&digest);
            assert_eq!(earlier, None, "{} sends it again", record.line());
            if record.status.is_some_and(|status| status == 201) {
                finished.insert(digest, record.line());
            }
        }
    }
}

/// The digest of the blob that a request sends.
fn sent(record: &Record) -> Option<String> {
    let (_, digest) = record.query.split_once("digest=").filter(|_| record.method == "PUT")?;
    Some(digest.split('&').next()?.replace("%3A", ":"))
}

/// A sandbox with these mirrors.
pub(crate) fn sandbox(mirrors: &[String]) -> Sandbox {
    let sandbox = Sandbox::new();
    let mirrors: String = mirrors.iter().map(|mirror| format!("  - {mirror}\n")).collect();
    sandbox.write("portolan.yaml", &format!("version: 1\ndata: data\nmirrors:\n{mirrors}"));
    sandbox
}
