//! Which sources list referrers by themselves: remembered, so that a new process need not ask.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use portolan_catalog::{Answer, HostFact};
use portolan_transport::{Location, Source, Support};

use crate::{CopyRequest, Engine, ReferrerPolicy};

/// How long it is believed what a host can do.
const BELIEVED: Duration = Duration::from_hours(24);

/// Hosts of which it has to be found out in this run whether they list referrers, each with a place there.
pub(super) type Unknown = HashMap<String, Arc<dyn Source>>;

impl Engine {
    /// Tells the places of the requests what earlier runs have found out about their hosts.
    pub(super) async fn recall_apis(&self, requests: &[CopyRequest]) -> Unknown {
        let (mut known, mut unknown) = (HashMap::new(), Unknown::new());
        for request in requests {
            let location = request.source.location();
            if request.rules.referrers == ReferrerPolicy::Leave || !matches!(location, Location::Registry(..))
            {
                continue;
            }
            let host = location.host().to_owned();
            if !known.contains_key(&host) {
                known.insert(host.clone(), self.recall_api(&host).await);
            }
            match known.get(&host) {
                Some(Some(support)) => request.source.assume_referrers_api(*support),
                _ => _ = unknown.entry(host).or_insert_with(|| Arc::clone(&request.source)),
            }
        }
        unknown
    }

    async fn recall_api(&self, host: &str) -> Option<Support> {
        let fact = match self.journal.host_fact(host, HostFact::ReferrersApi).await {
            Ok(fact) => fact?,
            Err(cause) => {
                tracing::warn!(%cause, host, "what the host can do is not remembered");
                return None;
            }
        };
        let age = (self.clock)().duration_since(fact.checked_at).unsigned_abs();
        let support = match fact.answer {
            Answer::Yes => Support::Yes,
            Answer::No => Support::No,
        };
        (age < BELIEVED).then_some(support)
    }

    /// Remembers what was found out about hosts since.
    pub(super) fn remember_apis(&self, unknown: &Unknown) {
        for (host, source) in unknown {
            let answer = match source.capabilities().referrers_api {
                Support::Yes => Answer::Yes,
                Support::No => Answer::No,
                Support::Unknown => continue,
            };
            self.journal.remember_host_fact(host, HostFact::ReferrersApi, answer);
        }
    }
}
