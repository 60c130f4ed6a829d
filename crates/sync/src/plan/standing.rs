//! What targets show under the names that images are to get.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use jiff::Timestamp;
use portolan_catalog::Confirmed;
use portolan_oci::{Digest, TagOrDigest};
use portolan_transport::PutAs;

use crate::blob::Lane;
use crate::{CopyError, Engine};

/// How much targets are asked about what the journal remembers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TargetChecks {
    /// Their list of tags, and each tag once within a day.
    #[default]
    Rolling,
    /// Nothing: the journal is believed.
    Trust,
    /// Everything.
    All,
}

/// What a target shows under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) digest: Digest,
    pub(super) how: How,
}

/// How it is known what a target shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// It was asked now.
    Asked,
    /// An earlier run has seen it.
    Remembered,
}

/// What was seen at a target is asked for again after a time between these two, a different one for each
/// name, so that not all become due in the same run.
const SOONEST: Duration = Duration::from_hours(12);
const LATEST: Duration = Duration::from_hours(24);

impl Engine {
    /// What a target shows under the name that the image gets there; `None` for nothing.
    pub(super) async fn shows(&self, lane: &Lane, checks: TargetChecks) -> Result<Option<Seen>, CopyError> {
        let PutAs::Tag(tag) = &lane.name else { return Ok(None) };
        let remembered = |confirmed: Confirmed| Seen { digest: confirmed.digest, how: How::Remembered };
        let holdings = self.holdings(&lane.place);
        let name = tag.to_string();
        let confirmed = holdings.confirmed(self, &lane.place).await?.get(&name).cloned();
        if checks == TargetChecks::Trust {
            return Ok(confirmed.map(remembered));
        }
        if !holdings.tags(&*lane.target).await?.contains(tag) {
            return Ok(None);
        }
        if checks == TargetChecks::Rolling
            && let Some(confirmed) = confirmed.filter(|confirmed| !is_due(&name, confirmed, Timestamp::now()))
        {
            return Ok(Some(remembered(confirmed)));
        }
        let there = lane.target.stat_manifest(&TagOrDigest::Tag(tag.clone())).await;
        let there = there.map_err(|cause| CopyError::target(&lane.label, cause))?;
        Ok(there.map(|there| Seen { digest: there.digest, how: How::Asked }))
    }
}

/// Whether the target is to be asked again for what it was seen to have.
fn is_due(name: &str, confirmed: &Confirmed, now: Timestamp) -> bool {
    let mut hasher = DefaultHasher::new();
    (name, confirmed.digest).hash(&mut hasher);
    let spread = (LATEST - SOONEST).as_secs().max(1);
    let age = SOONEST + Duration::from_secs(hasher.finish() % spread);
    now.duration_since(confirmed.at).unsigned_abs() >= age
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due_after(hours: u64, name: &str) -> bool {
        let now = Timestamp::now();
        let at = now - Duration::from_hours(hours);
        is_due(name, &Confirmed { digest: Digest::sha256(name.as_bytes()), at }, now)
    }

    #[test]
    fn what_was_seen_is_asked_for_again_within_a_day_and_not_all_at_once() {
        let names: Vec<String> = (0..100).map(|nth| format!("v{nth}")).collect();
        let due = |hours| names.iter().filter(|name| due_after(hours, name)).count();
        assert_eq!(due(12), 0);
        assert!((25..75).contains(&due(18)), "{}", due(18));
        assert_eq!(due(24), 100);
    }
}
