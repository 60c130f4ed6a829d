//! Who has a session's file in this process.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use portolan_catalog::UploadId;

use crate::backend::BackendError;
use crate::backend::error::BackendResult;

/// The sessions whose files are written or placed just now. Whoever else wants one of them is told so, instead of
/// waiting for its lock for ever.
#[derive(Debug, Clone, Default)]
pub(super) struct Claims(Arc<Mutex<HashSet<UploadId>>>);

/// A session's file is one's own until this is dropped.
#[derive(Debug)]
pub(super) struct Claim {
    claims: Claims,
    id: UploadId,
}

impl Claims {
    pub(super) fn claim(&self, id: UploadId) -> BackendResult<Claim> {
        if self.held().insert(id) {
            Ok(Claim { claims: self.clone(), id })
        } else {
            Err(BackendError::PartInUse(id))
        }
    }

    fn held(&self) -> MutexGuard<'_, HashSet<UploadId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.claims.held().remove(&self.id);
    }
}
