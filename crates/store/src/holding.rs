//! The lease of this host on the store: no other may write into it.
//!
//! All processes of the host have the same one, and each renews it. Nobody gives it back: it ends by itself, and the
//! host's next process goes on with it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use portolan_catalog::{Content, HoldStore, RenewStore, StoreHost, StoreLease};

use crate::{StoreError, StoreResult};

/// How long another host waits for a store whose host is gone.
const LASTS: Duration = Duration::from_secs(60);

/// How often it is renewed.
pub(crate) const EVERY: Duration = Duration::from_secs(15);

/// The lease, and until when it is sure.
#[derive(Debug)]
pub(crate) struct Holding {
    lease: StoreLease,
    is: Mutex<Is>,
}

#[derive(Debug, Clone)]
enum Is {
    /// Ours until then, by both clocks: one stands still while the machine sleeps, the other can be set.
    Ours { until: Instant, clock: Timestamp },
    /// Another's. It stays so: what this process remembers of the store is of another time.
    TakenOver { machine: String },
}

impl Is {
    /// It was asked for at these times: a tenth before the database gives it to others it is over.
    fn ours(asked: Instant, clock: Timestamp) -> Self {
        let sure = LASTS - LASTS / 10;
        let until = asked.checked_add(sure).unwrap_or(asked);
        Self::Ours { until, clock: clock.checked_add(sure).unwrap_or(clock) }
    }
}

impl Holding {
    /// Takes the store for this host.
    ///
    /// # Errors
    /// [`StoreError::HeldElsewhere`], or if the catalogue fails.
    pub(crate) async fn begin(content: &Content, host: &StoreHost) -> StoreResult<Self> {
        let (asked, clock) = (Instant::now(), Timestamp::now());
        match content.hold_store(host, LASTS).await? {
            HoldStore::Held(lease) => Ok(Self { lease, is: Mutex::new(Is::ours(asked, clock)) }),
            HoldStore::Elsewhere { machine, until } => Err(StoreError::HeldElsewhere { machine, until }),
            HoldStore::NoStore => Err(StoreError::CatalogueLost),
        }
    }

    /// Goes on with it.
    ///
    /// # Errors
    /// [`StoreError::TakenOver`], or if the catalogue fails.
    pub(crate) async fn renew(&self, content: &Content) -> StoreResult<()> {
        if matches!(*self.is(), Is::TakenOver { .. }) {
            return self.check();
        }
        let (asked, clock) = (Instant::now(), Timestamp::now());
        *self.is() = match content.renew_store(&self.lease).await? {
            RenewStore::Renewed => Is::ours(asked, clock),
            RenewStore::Lost { machine } => Is::TakenOver { machine },
        };
        self.check()
    }

    /// Whether this process may write. To be asked right before.
    ///
    /// # Errors
    /// [`StoreError::TakenOver`], [`StoreError::NotRenewed`].
    pub(crate) fn check(&self) -> StoreResult<()> {
        match &*self.is() {
            Is::Ours { until, clock } if Instant::now() < *until && Timestamp::now() < *clock => Ok(()),
            Is::Ours { .. } => Err(StoreError::NotRenewed),
            Is::TakenOver { machine } => Err(StoreError::TakenOver { machine: machine.clone() }),
        }
    }

    fn is(&self) -> MutexGuard<'_, Is> {
        self.is.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
