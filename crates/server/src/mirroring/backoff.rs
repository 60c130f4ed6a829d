//! How soon what failed is tried again.

use std::time::Duration;

use jiff::Timestamp;

use super::Occasion;

/// How long is waited the first time; each further time it is twice as long.
const FIRST: Duration = Duration::from_secs(60);

/// How long is waited at most.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// What of a mirror is tried again before its next time.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Backoff {
    /// How often, since it was the mirror's time.
    tries: u32,
    /// When the last run ended in which images failed that may succeed.
    failed: Option<Timestamp>,
    /// Since when is waited: since then, or since they were tried last.
    since: Option<Timestamp>,
    /// The last run of all images broke off before it came to them.
    is_broken: bool,
}

impl Backoff {
    /// What the catalogue says of images that failed.
    pub(super) fn note(&mut self, failed: Option<Timestamp>, now: Timestamp) {
        if failed != self.failed && !self.is_broken {
            // Not later than it is: the catalogue has another clock.
            *self = Self { failed, since: failed.map(|failed| failed.min(now)), ..*self };
        }
        if failed.is_none() && !self.is_broken {
            self.tries = 0;
        }
    }

    /// What is tried again next, and when.
    pub(super) fn due(&self) -> Option<(Timestamp, Occasion)> {
        let wait = FIRST.saturating_mul(1_u32.checked_shl(self.tries).unwrap_or(u32::MAX)).min(LONGEST);
        let at = self.since?;
        let occasion = if self.is_broken { Occasion::Time } else { Occasion::Failed };
        Some((at.checked_add(wait).unwrap_or(at), occasion))
    }

    /// The mirror's time has come.
    pub(super) fn begin_anew(&mut self) {
        *self = Self::default();
    }

    /// It is tried again.
    pub(super) fn try_again(&mut self, now: Timestamp) {
        *self = Self { tries: self.tries.saturating_add(1), since: Some(now), is_broken: false, ..*self };
    }

    /// A run broke off for a cause that may pass.
    pub(super) fn break_off(&mut self, occasion: Occasion, now: Timestamp) {
        match occasion {
            Occasion::Time | Occasion::Left | Occasion::Asked => {
                *self = Self { since: Some(now), is_broken: true, ..*self }
            }
            Occasion::Failed => self.since = Some(now),
            Occasion::Retried | Occasion::Told => {}
        }
    }
}
