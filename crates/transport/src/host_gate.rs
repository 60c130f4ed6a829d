//! Who may ask a host now: the one place where requests wait for each other.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What a request costs its host, so that small requests never wait behind large ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Weight {
    /// A question (HEAD, a manifest, a tag list), or the body of a small blob.
    Light,
    /// The body of a large blob that is read.
    Download,
    /// The body of a large blob that is written. It has a queue of its own: a copy within one host holds its download
    /// while it waits for its upload.
    Upload,
}

/// Limits of hosts, shared by all that ask them. A floor above may share them between nodes.
#[async_trait]
pub trait HostGate: Send + Sync + 'static {
    /// Waits until `host` may be sent one more request of this weight; the permit is kept until the answer's
    /// body has been read.
    async fn enter(&self, host: &str, weight: Weight) -> Permit;

    /// Between how many nodes the limits of hosts are divided now.
    fn nodes(&self) -> NonZeroU32 {
        NonZeroU32::MIN
    }
}

/// Between how many nodes the limits of hosts are divided. Clones are the same number, which changes while nodes come
/// and go; at first this one is alone.
#[derive(Debug, Clone)]
pub struct Share(Arc<AtomicU32>);

impl Default for Share {
    fn default() -> Self {
        Self(Arc::new(AtomicU32::new(1)))
    }
}

impl Share {
    /// From now on between so many.
    pub fn set(&self, nodes: NonZeroU32) {
        self.0.store(nodes.get(), Ordering::Relaxed);
    }

    /// Between how many.
    pub fn nodes(&self) -> NonZeroU32 {
        NonZeroU32::new(self.0.load(Ordering::Relaxed)).unwrap_or(NonZeroU32::MIN)
    }
}

/// The right to have one request under way.
#[derive(Debug)]
pub struct Permit {
    _held: Option<OwnedSemaphorePermit>,
}

impl Permit {
    /// A permit that counts against nothing.
    pub fn free() -> Self {
        Self { _held: None }
    }
}

impl From<OwnedSemaphorePermit> for Permit {
    fn from(held: OwnedSemaphorePermit) -> Self {
        Self { _held: Some(held) }
    }
}

/// Limits of this process: a number of requests at once per host and weight.
#[derive(Debug)]
pub struct LocalGate {
    light: usize,
    heavy: usize,
    share: Share,
    hosts: Mutex<HashMap<(String, Weight), Arc<Semaphore>>>,
}

impl LocalGate {
    /// At most `heavy` blob bodies each way and `light` other requests at once per host.
    pub fn new(light: usize, heavy: usize) -> Self {
        Self { light: light.max(1), heavy: heavy.max(1), share: Share::default(), hosts: Mutex::default() }
    }

    /// With the limits that hosts' settings name divided between nodes.
    pub fn among(self, share: Share) -> Self {
        Self { share, ..self }
    }
}

#[async_trait]
impl HostGate for LocalGate {
    async fn enter(&self, host: &str, weight: Weight) -> Permit {
        let places = match weight {
            Weight::Light => self.light,
            Weight::Download | Weight::Upload => self.heavy,
        };
        let semaphore = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(
                hosts.entry((host.to_owned(), weight)).or_insert_with(|| Arc::new(Semaphore::new(places))),
            )
        };
        semaphore.acquire_owned().await.map_or_else(|_| Permit::free(), Permit::from)
    }

    fn nodes(&self) -> NonZeroU32 {
        self.share.nodes()
    }
}
