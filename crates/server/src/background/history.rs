//! Removing history that is too old.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use portolan_catalog::{CatalogError, KeptMirrors, Nodes, Requests, Runs};
use portolan_oci::with_causes;

use super::clock;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::picture_book::ACTOR;

/// How often it is looked for.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// How long the answer to a request with a key is kept.
const ANSWERS: Duration = Duration::from_secs(24 * 60 * 60);

/// The history of mirrors, and how long it is kept.
pub struct History {
    /// The runs.
    pub runs: Runs,
    /// How long they are kept.
    pub kept: Duration,
    /// Requests that were answered: they are kept for a day.
    pub requests: Requests,
    /// Who else may have mirrors.
    pub nodes: Nodes,
    /// Knows which mirrors there are.
    pub live: Live,
    /// Told of what was before this daemon began.
    pub metrics: Metrics,
}

/// Removes what is older, when the daemon starts and once an hour, and what was said about mirrors that are no more.
pub(super) async fn keep_history(history: Option<History>) {
    let Some(history) = history else { return };
    if let Err(error) = history.recall().await {
        tracing::warn!(cause = with_causes(&error), "the metrics do not know when mirrors were run before");
    }
    let mut hours = clock::ticks(EVERY);
    loop {
        if let Err(error) = history.forget_mirrors().await {
            tracing::warn!(
                cause = with_causes(&error),
                "what was said about mirrors that are no more stays for now"
            );
        }
        if let Err(error) = history.expire_requests().await {
            tracing::warn!(cause = with_causes(&error), "old answers stay for now");
        }
        match history.expire().await {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, "removed old runs"),
            Err(error) => tracing::warn!(cause = with_causes(&error), "old runs stay for now"),
        }
        hours.tick().await;
    }
}

impl History {
    fn names(&self) -> BTreeSet<String> {
        self.live.mirrors().iter().map(|mirror| mirror.name.to_string()).collect()
    }

    fn since(&self) -> Timestamp {
        Timestamp::now().checked_sub(self.kept).unwrap_or(Timestamp::MIN)
    }

    async fn forget_mirrors(&self) -> Result<(), CatalogError> {
        // A configuration that nobody can read may have mirrors that are not known, as may those of other nodes.
        if self.live.refused().is_some() || self.nodes.may_be_many().await? {
            return Ok(());
        }
        let (names, except_by) = (self.names(), ACTOR.to_owned());
        let rows =
            self.runs.forget_mirrors(&KeptMirrors { names, said_since: self.since(), except_by }).await?;
        if rows > 0 {
            tracing::info!(rows, "forgot what was said about mirrors that are no more");
        }
        Ok(())
    }

    /// Tells the metrics when each mirror was run last with success, and how long that took.
    async fn recall(&self) -> Result<(), CatalogError> {
        for mirror in &self.names() {
            let run = self.runs.last_success(mirror).await?;
            if let Some((began, ended)) = run.and_then(|run| Some((run.started_at, run.ended?))) {
                let took = Duration::try_from(ended.at.duration_since(began)).unwrap_or_default();
                self.metrics.mirror_succeeded(mirror, ended.at, took);
            }
        }
        Ok(())
    }

    async fn expire_requests(&self) -> Result<(), CatalogError> {
        let since = Timestamp::now().checked_sub(ANSWERS).unwrap_or(Timestamp::MIN);
        while self.requests.expire(since).await? > 0 {}
        Ok(())
    }

    async fn expire(&self) -> Result<u64, CatalogError> {
        let (since, mut all) = (self.since(), 0);
        loop {
            match self.runs.expire(since).await? {
                0 => return Ok(all),
                some => all += some,
            }
        }
    }
}
