//! The sessions that are open in this process.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portolan_catalog::UploadId;
use portolan_oci::RepositoryName;
use tokio::sync::Mutex as Turn;

use super::gather::Senders;
use super::session::{Saved, Session};
use crate::settings::UploadLimits;
use crate::{StoreError, StoreResult};

/// The sessions that are open in this process.
#[derive(Debug)]
pub(crate) struct Uploads {
    limits: UploadLimits,
    senders: Senders,
    open: Mutex<HashMap<UploadId, Arc<Open>>>,
}

/// One open session.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) id: UploadId,
    pub(super) repository: RepositoryName,
    pub(super) owner: String,
    /// When somebody last asked for it.
    touched: Mutex<Instant>,
    /// How many bytes have come; readable while somebody appends.
    offset: AtomicU64,
    /// Who has it appends.
    pub(super) session: Turn<Session>,
}

impl Open {
    pub(super) fn new(id: UploadId, repository: RepositoryName, owner: String, session: Session) -> Self {
        let offset = AtomicU64::new(session.offset());
        let touched = Mutex::new(Instant::now());
        Self { id, repository, owner, touched, offset, session: Turn::new(session) }
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset.load(Ordering::Acquire)
    }

    pub(super) fn is_at(&self, offset: u64) {
        self.offset.store(offset, Ordering::Release);
    }

    fn touch(&self) {
        *self.touched.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Whether nobody asked for it for so long, and nobody appends now.
    fn is_idle(&self, idle: Duration) -> bool {
        let touched = *self.touched.lock().unwrap_or_else(PoisonError::into_inner);
        touched.elapsed() >= idle && self.session.try_lock().is_ok()
    }

    /// Whether nothing of it is written down.
    fn is_fleeting(&self) -> bool {
        self.session.try_lock().is_ok_and(|session| session.saved() == Saved::Nothing)
    }

    /// Whether it is this owner's, in this repository. To anybody else there is no such session.
    pub(super) fn belongs_to(&self, repository: &RepositoryName, owner: &str) -> bool {
        self.repository == *repository && self.owner == owner
    }
}

impl Uploads {
    pub(crate) fn new(limits: UploadLimits) -> Self {
        Self { limits, senders: Senders::default(), open: Mutex::default() }
    }

    /// Who sends now.
    pub(super) fn senders(&self) -> &Senders {
        &self.senders
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<UploadId, Arc<Open>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn count(&self) -> usize {
        self.sessions().len()
    }

    pub(super) fn find(&self, id: UploadId) -> Option<Arc<Open>> {
        let found = self.sessions().get(&id).cloned();
        found.inspect(|open| open.touch())
    }

    pub(crate) fn has(&self, id: UploadId) -> bool {
        self.sessions().contains_key(&id)
    }

    /// Lets go of sessions that nobody asked for. How many are gone for good: what is written down of the others can
    /// still be gone on with.
    pub(crate) fn forget_idle(&self, idle: Duration) -> usize {
        let mut sessions = self.sessions();
        let gone = sessions.values().filter(|open| open.is_idle(idle) && open.is_fleeting()).count();
        sessions.retain(|_, open| !open.is_idle(idle));
        gone
    }

    /// Takes in a new session. Where there are too many, those that were left alone for a while make room: clients
    /// that died must not shut out others for a day.
    ///
    /// # Errors
    /// [`StoreError::TooManyUploads`].
    pub(super) fn add(&self, open: Open) -> StoreResult<Arc<Open>> {
        let mut sessions = self.sessions();
        if self.is_crowded(&sessions, &open.owner) {
            sessions.retain(|_, other| !other.is_idle(self.limits.left_alone));
        }
        if self.is_crowded(&sessions, &open.owner) {
            return Err(StoreError::TooManyUploads);
        }
        let open = Arc::new(open);
        sessions.insert(open.id, Arc::clone(&open));
        Ok(open)
    }

    fn is_crowded(&self, sessions: &HashMap<UploadId, Arc<Open>>, owner: &str) -> bool {
        let of_one = sessions.values().filter(|other| other.owner == owner).count();
        sessions.len() >= self.limits.all || of_one >= self.limits.of_one
    }

    /// Takes in a session that is going on, unless another request has done so already.
    pub(super) fn add_again(&self, open: Open) -> Arc<Open> {
        Arc::clone(self.sessions().entry(open.id).or_insert_with(|| Arc::new(open)))
    }

    pub(crate) fn remove(&self, id: UploadId) {
        self.sessions().remove(&id);
    }
}
