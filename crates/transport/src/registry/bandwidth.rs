//! Lines that are not to be filled.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

use crate::ByteRate;

/// How far ahead of its rate a line may be: what comes in one piece is not torn.
const AHEAD: Duration = Duration::from_millis(100);

/// The two ways of a line, each with as much as is allowed.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) down: Arc<Pace>,
    pub(super) up: Arc<Pace>,
}

impl Line {
    pub(super) fn new(rate: ByteRate) -> Self {
        Self { down: Arc::new(Pace::new(rate)), up: Arc::new(Pace::new(rate)) }
    }
}

/// A rate that several bodies keep together: each books its bytes, one after the other.
#[derive(Debug)]
pub(super) struct Pace {
    rate: ByteRate,
    booked_until: Mutex<Option<Instant>>,
}

impl Pace {
    fn new(rate: ByteRate) -> Self {
        Self { rate, booked_until: Mutex::default() }
    }

    /// Books bytes that have gone by; gives when more may follow.
    fn book(&self, bytes: usize, now: Instant) -> Instant {
        let nanos = bytes as u128 * 1_000_000_000 / u128::from(self.rate.bytes().get());
        let taken = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        let mut booked_until = self.booked_until.lock().unwrap_or_else(PoisonError::into_inner);
        let until = booked_until.unwrap_or(now).max(now) + taken;
        *booked_until = Some(until);
        until.checked_sub(AHEAD).unwrap_or(until)
    }
}

/// What one body pays for its bytes: it waits, after each piece, as long as the paces it is held to want.
#[derive(Default)]
pub(super) struct Toll {
    paces: Vec<Arc<Pace>>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Toll {
    pub(super) fn new(paces: Vec<Arc<Pace>>) -> Self {
        Self { paces, timer: None }
    }

    /// Takes note of a piece.
    pub(super) fn charge(&mut self, bytes: usize) {
        let now = Instant::now();
        let Some(until) = self.paces.iter().map(|pace| pace.book(bytes, now)).max() else { return };
        if until > now {
            self.timer = Some(Box::pin(tokio::time::sleep_until(until)));
        }
    }

    /// Whether the next piece may come.
    pub(super) fn poll_paid(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(timer) = &mut self.timer {
            ready!(timer.as_mut().poll(cx));
            self.timer = None;
        }
        Poll::Ready(())
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use super::*;

    #[test]
    fn what_is_booked_is_paid_one_after_the_other() {
        let pace = Pace::new(ByteRate::new(NonZeroU64::new(10_000).unwrap()));
        let start = Instant::now();
        let later = |millis| start + Duration::from_millis(millis);
        // A piece that takes a second, less what a line may be ahead.
        assert_eq!(pace.book(10_000, start), later(900));
        assert_eq!(pace.book(5_000, start), later(1_400));
        assert_eq!(pace.book(1_000, later(1_550)), later(1_550));
        // Time in which nothing came is not made up for.
        assert_eq!(pace.book(10_000, later(60_000)), later(60_900));
    }
}
