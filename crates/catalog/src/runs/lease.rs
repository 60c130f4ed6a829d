//! The right to run a mirror, for a time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sea_orm::{DatabaseTransaction, EntityTrait};

use super::RunId;
use super::entities::lease;
use crate::CatalogError;
use crate::database::{Lock, hold};

/// The right to run a mirror, until it ends or this is dropped. It is the run's: who began a later run of the
/// mirror has another.
#[derive(Debug)]
pub struct RunLease {
    pub(super) run: RunId,
    pub(super) mirror: String,
    pub(super) lasts: Duration,
    pub(super) ends: Instant,
    pub(super) lock: Arc<Lock>,
    pub(super) taking: Taking,
}

/// Whose lease it is, without the right itself: for what is written in its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseKey {
    pub(crate) mirror: String,
    pub(crate) run: RunId,
}

impl LeaseKey {
    /// The mirror that is run.
    pub fn mirror(&self) -> &str {
        &self.mirror
    }

    /// The run that it is for.
    pub fn run(&self) -> RunId {
        self.run
    }
}

/// How a lease was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taking {
    /// Nobody can be at the mirror: it was free, or the kernel knows that who had it is gone. As long as this process
    /// lives nobody else takes it, however long it stands still.
    Sure,
    /// Nobody had it. It lasts for its time.
    Free,
    /// Somebody had it who was not heard of for its time, and may wake up. It lasts for its time.
    TakenOver,
}

impl RunLease {
    /// `asked` is when the database had not been asked yet, so that this never ends after the database thinks
    /// that it does.
    pub(super) fn new(
        (run, taking): (RunId, Taking),
        mirror: String,
        lasts: Duration,
        asked: Instant,
        lock: Arc<Lock>,
    ) -> Self {
        Self { run, mirror, lasts, ends: end(asked, lasts), lock, taking }
    }

    /// Whose it is.
    pub fn key(&self) -> LeaseKey {
        LeaseKey { mirror: self.mirror.clone(), run: self.run }
    }

    /// How it was come by.
    pub fn taking(&self) -> Taking {
        self.taking
    }

    /// For how long it was taken, and is with each renewal.
    pub fn lasts(&self) -> Duration {
        self.lasts
    }

    pub(super) fn go_on(&mut self, asked: Instant) {
        self.ends = end(asked, self.lasts);
    }

    /// The run that it is for.
    pub fn run(&self) -> RunId {
        self.run
    }

    /// The mirror that is run.
    pub fn mirror(&self) -> &str {
        &self.mirror
    }

    /// From when on nothing more may be changed in its name, unless it was renewed: a tenth of its time before
    /// another may take it.
    pub fn ends(&self) -> Instant {
        self.ends
    }
}

/// A time that this clock cannot count to is over at once.
fn end(asked: Instant, lasts: Duration) -> Instant {
    asked.checked_add(lasts - lasts / 10).unwrap_or(asked)
}

/// As it is added to a time in the database.
pub(super) fn microseconds(lasts: Duration) -> i64 {
    i64::try_from(lasts.as_micros()).unwrap_or(i64::MAX)
}

/// Waits until nobody else is taking, renewing or giving back the lease of the mirror.
pub(crate) async fn hold_mirror(transaction: &DatabaseTransaction, mirror: &str) -> Result<(), CatalogError> {
    hold(transaction, &format!("run:{mirror}")).await
}

/// The lease of the mirror, whoever has it.
pub(super) async fn lease_of(
    transaction: &DatabaseTransaction,
    mirror: &str,
) -> Result<Option<lease::Model>, CatalogError> {
    lease::Entity::find_by_id(mirror).one(transaction).await.map_err(CatalogError::database)
}
