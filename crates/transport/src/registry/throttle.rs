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
        let until = (self.epoch.elapsed() + time).as_millis();
        self.paused_until.fetch_max(u64::try_from(until).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}
