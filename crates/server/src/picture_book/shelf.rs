//! The registries of a file, and how each stands now.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use portolan_catalog::{CatalogError, Runs};
use portolan_config::picture_book::{BookError, BookRegistry};
use portolan_oci::Registry;
use portolan_sync::Mirror;
use portolan_sync::settings::{Schedule, ScheduleError};

use crate::mirroring::Bell;

/// Who pauses and resumes, as the catalogue remembers it.
pub(crate) const ACTOR: &str = "picture-book api";

/// The registries of a file. One that is paused is not active; that outlives the process.
pub struct Shelf {
    entries: Vec<Entry>,
    runs: Runs,
    bell: Bell,
}

/// A registry.
pub(super) struct Entry {
    pub(super) registry: BookRegistry,
    pub(super) mirror: Mirror,
    standing: Mutex<Standing>,
}

/// How a registry stands.
#[derive(Debug, Clone)]
struct Standing {
    /// Since when it is active.
    created: Timestamp,
    /// From when on its next time is counted.
    counted_from: Timestamp,
    /// How often it was begun since then.
    rounds: u64,
    schedule: Option<Schedule>,
}

/// What is told about an active registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// The registry.
    pub registry: BookRegistry,
    /// Since when it is active.
    pub created: Timestamp,
    /// How often it was begun since then.
    pub rounds: u64,
}

/// Why something cannot be done to a registry.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// Two entries of the file are for one registry. The word is as Picture-Book had it.
    #[error("fatal: dupliacte registry found ({0}), each registry hostname may only be configured once")]
    Duplicate(Registry),
    /// An entry of the file is no mirror.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The file does not have it, or it is not active.
    #[error("there is no such registry")]
    Unknown,
    /// Its period says nothing.
    #[error("the period cannot be used")]
    Period(#[from] ScheduleError),
    /// The catalogue failed.
    #[error("the catalogue cannot be asked")]
    Catalog(#[from] CatalogError),
}

impl Shelf {
    /// The registries of a file. What was set for one of them by an earlier process counts.
    ///
    /// # Errors
    /// If two are for one host, or if the catalogue fails.
    pub async fn new(registries: &[BookRegistry], runs: Runs, bell: Bell) -> Result<Self, ShelfError> {
        let mut entries: Vec<Entry> = Vec::with_capacity(registries.len());
        let now = Timestamp::now();
        for registry in registries {
            if entries.iter().any(|entry| entry.registry.hostname == registry.hostname) {
                return Err(ShelfError::Duplicate(registry.hostname.clone()));
            }
            let mirror = registry.mirror()?;
            let set = runs.rescheduled(mirror.name.as_str()).await?;
            let period = set.map_or_else(|| registry.period.clone(), |set| set.schedule);
            let schedule = BookRegistry::schedule(&period);
            if let Err(cause) = &schedule {
                tracing::error!(registry = %registry.hostname, %cause, "left out");
            }
            let standing = Standing { created: now, counted_from: now, rounds: 0, schedule: schedule.ok() };
            entries.push(Entry { registry: registry.clone(), mirror, standing: Mutex::new(standing) });
        }
        Ok(Self { entries, runs, bell })
    }

    /// The registries of the file.
    pub fn configured(&self) -> impl Iterator<Item = &BookRegistry> {
        self.entries.iter().map(|entry| &entry.registry)
    }

    /// Those of them that are left out, as their periods say nothing.
    pub fn left_out(&self) -> impl Iterator<Item = &BookRegistry> {
        let left_out = self.entries.iter().filter(|entry| entry.now().schedule.is_none());
        left_out.map(|entry| &entry.registry)
    }

    /// The mirrors, to be kept by the clock.
    pub fn mirrors(&self) -> Vec<Mirror> {
        self.entries.iter().map(|entry| entry.mirror.clone()).collect()
    }

    /// What is told about those that are active.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn active(&self) -> Result<Vec<Details>, ShelfError> {
        let mut active = Vec::new();
        for entry in &self.entries {
            if self.is_active(entry).await? {
                active.push(entry.details());
            }
        }
        Ok(active)
    }

    /// What is told about an active registry.
    ///
    /// # Errors
    /// [`ShelfError::Unknown`] if it is not active; if the catalogue fails.
    pub async fn details(&self, host: &str) -> Result<Details, ShelfError> {
        Ok(self.active_entry(host).await?.details())
    }

    /// Stops what is under way at an active registry, and does nothing for it until it is resumed.
    ///
    /// # Errors
    /// As [`details`](Self::details).
    pub async fn pause(&self, host: &str) -> Result<(), ShelfError> {
        let entry = self.active_entry(host).await?;
        self.runs.pause(entry.mirror.name.as_str(), ACTOR).await?;
        self.bell.ring(&entry.mirror.name);
        Ok(())
    }

    /// Makes a registry active, if it is not, and says when it is done next.
    ///
    /// # Errors
    /// [`ShelfError::Unknown`] if the file does not have it, [`ShelfError::Period`] if its period says nothing; if the
    /// catalogue fails.
    pub async fn resume(&self, host: &str) -> Result<Option<Timestamp>, ShelfError> {
        let entry = self.entry(host)?;
        let now = Timestamp::now();
        if entry.now().schedule.is_none() {
            BookRegistry::schedule(&entry.registry.period)?;
        }
        if !self.is_active(entry).await? {
            {
                let mut standing = entry.standing();
                (standing.created, standing.counted_from, standing.rounds) = (now, now, 0);
            }
            self.runs.resume(entry.mirror.name.as_str(), ACTOR).await?;
            self.bell.ring(&entry.mirror.name);
        }
        Ok(entry.now().schedule.and_then(|schedule| schedule.next(now)))
    }

    /// Gives an active registry another period, which it keeps.
    ///
    /// # Errors
    /// As [`details`](Self::details), and [`ShelfError::Period`] if the period says nothing.
    pub async fn change_period(&self, host: &str, period: &str) -> Result<(), ShelfError> {
        let entry = self.active_entry(host).await?;
        let schedule = BookRegistry::schedule(period)?;
        self.runs.reschedule(entry.mirror.name.as_str(), period, ACTOR).await?;
        {
            let mut standing = entry.standing();
            (standing.schedule, standing.counted_from) = (Some(schedule), Timestamp::now());
        }
        self.bell.ring(&entry.mirror.name);
        Ok(())
    }

    pub(super) fn of_mirror(&self, mirror: &Mirror) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.mirror.name == mirror.name)
    }

    fn entry(&self, host: &str) -> Result<&Entry, ShelfError> {
        let found = self.entries.iter().find(|entry| entry.registry.hostname.as_str() == host);
        found.ok_or(ShelfError::Unknown)
    }

    async fn active_entry(&self, host: &str) -> Result<&Entry, ShelfError> {
        let entry = self.entry(host)?;
        if self.is_active(entry).await? { Ok(entry) } else { Err(ShelfError::Unknown) }
    }

    async fn is_active(&self, entry: &Entry) -> Result<bool, ShelfError> {
        let paused = self.runs.paused(entry.mirror.name.as_str()).await?;
        Ok(paused.is_none() && entry.now().schedule.is_some())
    }
}

impl Entry {
    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Standing {
        self.standing().clone()
    }

    fn details(&self) -> Details {
        let Standing { created, rounds, .. } = self.now();
        Details { registry: self.registry.clone(), created, rounds }
    }

    /// It is begun once more: its next time is counted from now, also if its script gives no list.
    pub(super) fn count(&self) {
        let mut standing = self.standing();
        standing.rounds += 1;
        standing.counted_from = Timestamp::now();
    }

    /// From when on its next time is counted, and by which schedule that is.
    pub(super) fn timing(&self) -> (Timestamp, Option<Schedule>) {
        let Standing { counted_from, schedule, .. } = self.now();
        (counted_from, schedule)
    }
}
