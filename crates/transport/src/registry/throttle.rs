//! Waiting for one's turn at a host.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::room::Room;
use crate::{HostGate, HostLimits, Permit, Weight};

/// The queues of one host, and its pause.
pub(super) struct Throttle {
    host: String,
    gate: Arc<dyn HostGate>,
    concurrency: u16,
    requests_per_second: Option<NonZeroU32>,
    all: Room,
    downloads: Room,
    uploads: Room,
    /// Between how many nodes the limits are divided, as far as the rooms know.
    nodes: AtomicU32,
    rate: Mutex<Option<Arc<DefaultDirectRateLimiter>>>,
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

/// How many requests may be under way at once: in all, and large bodies each way. These take at most three quarters of
/// what is allowed at once, so that small requests never wait behind large ones; and one of each kind is always possible,
/// as a copy within one host needs all three.
fn rooms(concurrency: u16, nodes: u32) -> (usize, usize) {
    let share = u32::from(concurrency) / nodes.max(1);
    let all = usize::try_from(share).unwrap_or(usize::MAX).max(3);
    (all, (all * 3 / 8).max(1))
}

/// The share of a rate that one of so many nodes has.
fn quota(rate: NonZeroU32, nodes: u32) -> Option<Quota> {
    let burst = NonZeroU32::new(rate.get() / nodes.max(1)).unwrap_or(NonZeroU32::MIN);
    let between = Duration::from_secs(1) * nodes.max(1) / rate.get();
    Some(Quota::with_period(between)?.allow_burst(burst))
}

impl Throttle {
    pub(super) fn new(host: &str, limits: &HostLimits, gate: Arc<dyn HostGate>) -> Self {
        let nodes = gate.nodes().get();
        let (all, heavy) = rooms(limits.concurrency, nodes);
        let requests_per_second = limits.requests_per_second.and_then(NonZeroU32::new);
        let quota = requests_per_second.and_then(|rate| quota(rate, nodes));
        Self {
            host: host.to_owned(),
            gate,
            concurrency: limits.concurrency,
            requests_per_second,
            all: Room::new(all),
            downloads: Room::new(heavy),
            uploads: Room::new(heavy),
            nodes: AtomicU32::new(nodes),
            rate: Mutex::new(quota.map(|quota| Arc::new(RateLimiter::direct(quota)))),
            epoch: Instant::now(),
            paused_until: AtomicU64::new(0),
            resting_until: AtomicU64::new(0),
        }
    }

    /// Waits until one more request may be sent.
    pub(super) async fn enter(&self, weight: Weight) -> Entered {
        self.divide();
        let class = match weight {
            Weight::Light => None,
            Weight::Download => self.downloads.enter().await,
            Weight::Upload => self.uploads.enter().await,
        };
        let all = self.all.enter().await;
        let gate = self.gate.enter(&self.host, weight).await;
        let rate = self.rate.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(rate) = rate {
            rate.until_ready().await;
        }
        self.wait_for_pause().await;
        Entered { _class: class, _all: all, _gate: gate }
    }

    /// Follows the nodes that the limits are divided between.
    fn divide(&self) {
        let nodes = self.gate.nodes().get();
        if self.nodes.swap(nodes, Ordering::Relaxed) == nodes {
            return;
        }
        let (all, heavy) = rooms(self.concurrency, nodes);
        self.all.resize(all);
        self.downloads.resize(heavy);
        self.uploads.resize(heavy);
        let quota = self.requests_per_second.and_then(|rate| quota(rate, nodes));
        let fresh = quota.map(|quota| {
            let fresh = RateLimiter::direct(quota);
            // What could be sent at once may just have been sent: nothing is given away twice.
            _ = fresh.check_n(quota.burst_size());
            Arc::new(fresh)
        });
        *self.rate.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
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
    use crate::{LocalGate, Share};

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

    fn divided(limits: &HostLimits) -> (Throttle, impl Fn(u32)) {
        let share = Share::default();
        let gate = LocalGate::new(64, 64).among(share.clone());
        let throttle = Throttle::new("r.example", limits, Arc::new(gate));
        (throttle, move |nodes| share.set(NonZeroU32::new(nodes).unwrap()))
    }

    #[tokio::test]
    async fn what_may_be_under_way_is_divided_between_nodes_as_they_come_and_go() {
        let limits = HostLimits { concurrency: 12, ..HostLimits::default() };
        let (throttle, among) = divided(&limits);
        for (nodes, each) in [(1, 12), (3, 4), (2, 6), (100, 3), (1, 12)] {
            among(nodes);
            assert_eq!(room(&throttle, Weight::Light).len(), each, "of {nodes}");
        }
    }

    #[tokio::test]
    async fn who_comes_is_given_nothing_that_was_used_up_by_others() {
        let limits = HostLimits { requests_per_second: Some(90), ..HostLimits::default() };
        let (throttle, among) = divided(&limits);
        assert_eq!(room(&throttle, Weight::Light).len(), 16, "as many as may be under way");
        among(3);
        assert_eq!(room(&throttle, Weight::Light).len(), 0);
        let [rate, few] = [90, 2].map(|rate| NonZeroU32::new(rate).unwrap());
        assert_eq!(quota(rate, 3).unwrap().burst_size().get(), 30);
        assert_eq!(quota(few, 4).unwrap().replenish_interval(), Duration::from_secs(2));
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
