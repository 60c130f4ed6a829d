//! What a host can do, learnt from its answers.

use std::sync::atomic::{AtomicU8, Ordering};

use crate::{Capabilities, Support};

/// Kept for the life of the process; written by operations, read by [`capabilities`](Self::capabilities).
#[derive(Debug, Default)]
pub(super) struct Learnt {
    pub(super) referrers_api: Known,
    pub(super) mount: Known,
    pub(super) anonymous_mount: Known,
    pub(super) resumable_upload: Known,
    pub(super) delete_tag: Known,
}

/// One thing that is known, or not.
#[derive(Debug, Default)]
pub(super) struct Known(AtomicU8);

impl Known {
    pub(super) fn get(&self) -> Support {
        match self.0.load(Ordering::Relaxed) {
            0 => Support::Unknown,
            1 => Support::Yes,
            _ => Support::No,
        }
    }

    /// What was seen to work stays so: a later refusal has another cause.
    pub(super) fn learn(&self, support: Support) {
        let seen = match support {
            Support::Unknown => return,
            Support::Yes => 1,
            Support::No => 2,
        };
        if seen == 1 {
            self.0.store(1, Ordering::Relaxed);
        } else {
            // The result says whether something was known before: then that stands.
            let _ = self.0.compare_exchange(0, seen, Ordering::Relaxed, Ordering::Relaxed);
        }
    }
}

impl Learnt {
    pub(super) fn capabilities(&self) -> Capabilities {
        Capabilities {
            referrers_api: self.referrers_api.get(),
            mount: self.mount.get(),
            anonymous_mount: self.anonymous_mount.get(),
            resumable_upload: self.resumable_upload.get(),
            delete_tag: self.delete_tag.get(),
            any_artifact: Support::Yes,
        }
    }
}
