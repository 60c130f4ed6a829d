//! When a mirror is run by itself.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use crate::settings::{Period, Schedule};

/// When something is done by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timing {
    /// By the clock.
    Schedule(Schedule),
    /// So long after it was last begun.
    Every(Period),
}

/// When it is done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Now: the time has come, or was missed.
    Now,
    /// Then.
    At(Timestamp),
    /// The calendar has no such time any more.
    Never,
}

impl Timing {
    /// When it is done next, if it was last begun at `last`, or never since `watched` (when somebody began to look at
    /// the clock). However many times were missed, they are made up for once. What was never done is done at once if it
    /// is done every so often, and at its first time if that is told by the clock.
    pub fn due(&self, last: Option<Timestamp>, watched: Timestamp, now: Timestamp) -> Due {
        self.due_later(last, (watched, now), |_| Duration::ZERO)
    }

    /// The same, where each time is put off by what `delay` says of it.
    pub fn due_later(
        &self,
        last: Option<Timestamp>,
        (watched, now): (Timestamp, Timestamp),
        delay: impl Fn(Timestamp) -> Duration,
    ) -> Due {
        let since = last.unwrap_or(watched);
        let next = match (self, last) {
            (Self::Every(_), None) => return Due::Now,
            (Self::Every(every), Some(_)) => since.checked_add(every.duration()).ok(),
            (Self::Schedule(schedule), _) => schedule.next(since),
        };
        match next.map(|next| next.checked_add(delay(next)).unwrap_or(next)) {
            Some(next) if next <= now => Due::Now,
            Some(next) => Due::At(next),
            None => Due::Never,
        }
    }

    /// When it is done next, as far as that can be told: now if its time has come. Of what was never done and is done
    /// by the clock, somebody looks at the clock since now.
    pub fn next(&self, last: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        match self.due(last, now, now) {
            Due::Now => Some(now),
            Due::At(then) => Some(then),
            Due::Never => None,
        }
    }
}

/// As a schedule is written.
impl fmt::Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schedule(schedule) => schedule.fmt(f),
            Self::Every(every) => write!(f, "@every {every}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-11-23T{text}Z").parse().unwrap()
    }

    fn nightly() -> Timing {
        Timing::Schedule("TZ=UTC 0 3 * * *".parse().unwrap())
    }

    fn hourly() -> Timing {
        Timing::Every("1h".parse().unwrap())
    }

    #[test]
    fn what_was_never_done() {
        let (watched, now) = (at("01:00:00"), at("02:00:00"));
        assert_eq!(nightly().due(None, watched, now), Due::At(at("03:00:00")));
        assert_eq!(nightly().due(None, watched, at("03:00:00")), Due::Now);
        assert_eq!(hourly().due(None, watched, now), Due::Now);
    }

    #[test]
    fn what_is_put_off_is_done_later_and_not_twice() {
        let minute = |_| Duration::from_secs(60);
        let due = |now| nightly().due_later(None, (at("01:00:00"), at(now)), minute);
        assert_eq!(due("02:00:00"), Due::At(at("03:01:00")));
        assert_eq!(due("03:00:30"), Due::At(at("03:01:00")));
        assert_eq!(due("03:01:00"), Due::Now);
        let tomorrow = "2026-11-24T03:01:00Z".parse().unwrap();
        let began = at("03:01:00");
        assert_eq!(nightly().due_later(Some(began), (began, at("03:02:00")), minute), Due::At(tomorrow));
    }

    #[test]
    fn what_was_missed_is_made_up_for_once() {
        let (long_ago, now) = ("2026-11-01T03:00:00Z".parse().unwrap(), at("12:00:00"));
        assert_eq!(nightly().due(Some(long_ago), now, now), Due::Now);
        let tomorrow = "2026-11-24T03:00:00Z".parse().unwrap();
        assert_eq!(nightly().due(Some(now), now, now), Due::At(tomorrow));
        assert_eq!(hourly().due(Some(long_ago), now, now), Due::Now);
        assert_eq!(hourly().due(Some(now), now, now), Due::At(at("13:00:00")));
    }
}
