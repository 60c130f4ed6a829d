//! Waiting for one's turn at a host.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::{HostGate, HostLimits, Permit, Weight};

/// The queues of one host, and its pause.
pub(super) struct Throttle {
    host: String,
    gate: Arc<dyn HostGate>,
    all: Arc<Semaphore>,
    downloads: Arc<Semaphore>,
    uploads: Arc<Semaphore>,
    rate: Option<DefaultDirectRateLimiter>,
    epoch: Instant,
    /// Until when the host wants to be left alone, in milliseconds since the epoch.
    paused_until: AtomicU64,
    /// Until when the host is not asked where another can be, in the same measure.
    resting_until: AtomicU64,
}

/// The right to have one request under way, until it is dropped.
pub(super) struct Entered {
    _class: Option<OwnedSemaphorePermit>,
    _all: Option<OwnedSemaphorePermit>,
    _gate: Permit,
}

impl Throttle {
    /// Bodies take at most three quarters of what is allowed at once, so that small requests never wait behind
    /// large ones; and one of each kind is always possible, as a copy within one host needs all three.
    pub(super) fn new(host: &str, limits: &HostLimits, gate: Arc<dyn HostGate>) -> Self {
        let all = usize::from(limits.concurrency).max(3);
        let heavy = (all * 3 / 8).max(1);
        Self {
            host: host.to_owned(),
            gate,
            all: Arc::new(Semaphore::new(all)),
            downloads: Arc::new(Semaphore::new(heavy)),
            uploads: Arc::new(Semaphore::new(heavy)),
            rate: limits
                .requests_per_second
                .and_then(NonZeroU32::new)
                .map(|rate| RateLimiter::direct(Quota::per_second(rate))),
            epoch: Instant::now(),
            paused_until: AtomicU64::new(0),
            resting_until: AtomicU64::new(0),
        }
    }

    /// Waits until one more request may be sent.
    pub(super) async fn enter(&self, weight: Weight) -> Entered {
        let class = match weight {
            Weight::Light => None,
            Weight::Download => Arc::clone(&self.downloads).acquire_owned().await.ok(),
            Weight::Upload => Arc::clone(&self.uploads).acquire_owned().await.ok(),
        };
        let all = Arc::clone(&self.all).acquire_owned().await.ok();
        let gate = self.gate.enter(&self.host, weight).await;
        if let Some(rate) = &self.rate {
            rate.until_ready().await;
        }
        self.wait_for_pause().await;
        Entered { _class: class, _all: all, _gate: gate }
    }

    async fn wait_for_pause(&self) {
        loop {
            let until = self.epoch + Duration::from_millis(self.paused_until.load(Ordering::Relaxed));
            if until <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }

    /// Leaves the host alone for `time`: nobody sends anything until then.
    pub(super) fn pause(&self, time: Duration) {
        self.paused_until.fetch_max(self.in_future(time), Ordering::Relaxed);
    }

    /// Does without the host for `time`, where there is another.
    pub(super) fn rest(&self, time: Duration) {
        self.resting_until.fetch_max(self.in_future(time), Ordering::Relaxed);
    }

    pub(super) fn is_resting(&self) -> bool {
        self.in_future(Duration::ZERO) < self.resting_until.load(Ordering::Relaxed)
    }

    fn in_future(&self, time: Duration) -> u64 {
        u64::try_from((self.epoch.elapsed() + time).as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;
    use crate::LocalGate;

    fn throttle(concurrency: u16) -> Throttle {
        let limits = HostLimits { concurrency, ..HostLimits::default() };
        Throttle::new("r.example", &limits, Arc::new(LocalGate::new(64, 64)))
    }

    /// As many as may be under way at once now.
    fn room(throttle: &Throttle, weight: Weight) -> Vec<Entered> {
        std::iter::from_fn(|| throttle.enter(weight).now_or_never()).collect()
    }

    #[tokio::test]
    async fn bodies_leave_room_for_questions() {
        let throttle = throttle(16);
        let downloads = room(&throttle, Weight::Download);
        let uploads = room(&throttle, Weight::Upload);
        let questions = room(&throttle, Weight::Light);
        assert_eq!((downloads.len(), uploads.len(), questions.len()), (6, 6, 4));
        drop((downloads, uploads, questions));
        assert_eq!(room(&throttle, Weight::Light).len(), 16);
    }

    #[tokio::test]
    async fn a_copy_within_one_host_is_always_possible() {
        let throttle = throttle(1);
        let kept: Vec<_> = [Weight::Download, Weight::Upload, Weight::Light]
            .map(|weight| throttle.enter(weight).now_or_never())
            .into_iter()
            .collect();
        assert!(kept.iter().all(Option::is_some));
    }

    #[tokio::test]
    async fn requests_per_second_are_counted() {
        let limits = HostLimits { requests_per_second: Some(5), ..HostLimits::default() };
        let throttle = Throttle::new("r.example", &limits, Arc::new(LocalGate::new(64, 64)));
        assert_eq!(room(&throttle, Weight::Light).len(), 5);
    }

    #[tokio::test]
    async fn a_pause_holds_everybody_up() {
        let throttle = throttle(16);
        throttle.pause(Duration::from_millis(200));
        throttle.pause(Duration::from_millis(100));
        let start = Instant::now();
        drop(throttle.enter(Weight::Light).await);
        assert!(start.elapsed() >= Duration::from_millis(199));
        assert!(!throttle.is_resting());
        throttle.rest(Duration::from_mins(5));
        assert!(throttle.is_resting());
    }
}
