//! Writing down what was committed, and owing what could not be written.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Record, RecordKeeper};
use crate::BackendError;

/// Writes records. Those of a commit that could not be written down are owed: nothing more is committed, and nothing
/// acknowledged that stands on them, until they are written. So no more are owed than were under way at once.
#[derive(Debug)]
pub(crate) struct Recorder {
    keeper: Arc<dyn RecordKeeper>,
    owed: Mutex<Vec<Record>>,
}

impl Recorder {
    pub(crate) fn new(keeper: Arc<dyn RecordKeeper>) -> Self {
        Self { keeper, owed: Mutex::default() }
    }

    /// Writes these, and those that are owed. Must not be dropped before it returns.
    pub(crate) async fn append(&self, records: Vec<Record>) -> Result<(), BackendError> {
        let mut all = std::mem::take(&mut *self.owed());
        all.extend(records);
        if all.is_empty() {
            return Ok(());
        }
        let written = self.keeper.append(all.clone()).await;
        if written.is_err() {
            self.owed().extend(all);
        }
        written
    }

    /// Writes those that are owed.
    pub(crate) async fn settle(&self) -> Result<(), BackendError> {
        self.append(Vec::new()).await
    }

    pub(crate) fn keeper(&self) -> &dyn RecordKeeper {
        &*self.keeper
    }

    fn owed(&self) -> MutexGuard<'_, Vec<Record>> {
        self.owed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
