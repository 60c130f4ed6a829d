//! How long images took from their source to their targets.

use std::time::Duration;

use jiff::Timestamp;
use portolan_catalog::{Arrival, Awaited};
use portolan_transport::Endpoint;

use super::under_way::Arrived;

/// Since when what a run brings may have been at the source.
pub(super) struct Since<'a> {
    /// When all images were looked at last before it.
    pub(super) looked: Option<Timestamp>,
    /// When it began.
    pub(super) began: Timestamp,
    /// What was told.
    pub(super) told: &'a [Awaited],
}

impl Since<'_> {
    /// When and since when an image was due that has arrived. Told of it, that is when it was pushed, as who told says, or else when he said it; else it came some time
    /// between two looks.
    pub(super) fn arrival(&self, arrived: Arrived) -> Arrival {
        let Arrived { source, target, digest, at } = arrived;
        let told = self.told(&source);
        let (moved_after, moved_before) = match told {
            Some(told) => (Some(told), told),
            None => (self.looked, self.began),
        };
        Arrival { source, target, digest, moved_after, moved_before, visible_at: at }
    }

    fn told(&self, source: &str) -> Option<Timestamp> {
        let source: Endpoint = source.parse().ok()?;
        let is_it = |told: &&Awaited| {
            told.image.parse::<Endpoint>().is_ok_and(|image| {
                image.location == source.location && (image.tag.is_none() || image.tag == source.tag)
            })
        };
        self.told.iter().find(is_it)?.moved_at().ok()
    }
}

/// How long an image took at most, if that is known.
pub(super) fn most(arrival: &Arrival) -> Option<Duration> {
    Duration::try_from(arrival.visible_at.duration_since(arrival.moved_after?)).ok()
}

#[cfg(test)]
mod tests {
    use portolan_oci::Digest;

    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn what_was_not_told_came_between_two_looks() {
        let (looked, began) = (time("2026-11-23T10:00:00Z"), time("2026-11-23T11:00:00Z"));
        let at = time("2026-11-23T11:00:02Z");
        let arrived = || Arrived {
            source: "r.example/app:1".to_owned(),
            target: "store:app:1".to_owned(),
            digest: Digest::sha256(b"app"),
            at,
        };
        let since = Since { looked: Some(looked), began, told: &[] };
        let arrival = since.arrival(arrived());
        assert_eq!(
            (arrival.moved_after, arrival.moved_before, arrival.visible_at),
            (Some(looked), began, at)
        );
        assert_eq!(most(&arrival), Some(Duration::from_secs(3_602)));
        let first = Since { looked: None, began, told: &[] }.arrival(arrived());
        assert_eq!((first.moved_after, most(&first)), (None, None), "nobody knows how old it was");
    }
}
