//! Sends the bytes of a blob, and tries again what broke where it broke.

use std::sync::Arc;
use std::time::Duration;

use futures::stream::FuturesUnordered;
use futures::{FutureExt as _, StreamExt as _};
use portolan_oci::{Descriptor, Verifier};
use portolan_transport::{Resumed, TransportError, UploadState};
use tokio::sync::mpsc;

use super::lane::Lane;
use super::mover::{Limits, Mover};
use super::settle::Need;
use super::transfer::{Job, Pass};
use crate::CopyError;
use crate::event::{BlobOutcome, Event};
use portolan_oci::with_causes;

/// The wait before a try does not grow beyond this.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// An upload gets on that came so many bytes further: a line that lets only a few through each time is as good as
/// broken.
const WORTH: u64 = 64 << 10;

/// A target that needs bytes.
pub(super) struct Upload {
    pub(super) lane: Arc<Lane>,
    pub(super) state: UploadState,
    pub(super) verifier: Option<Verifier>,
    pub(super) tries: Tries,
}

/// An upload that broke, and why.
pub(super) type Broken = (Upload, CopyError);

impl Mover {
    /// Sends the bytes. What breaks is tried again at once, beside the targets that go on.
    pub(super) async fn send(&self, job: Job<'_>, first: Pass<'_>) {
        if first.uploads.is_empty() {
            return;
        }
        // An upload is in one pass at a time, so that there is always room to tell of it.
        let (broken, mut told) = mpsc::channel(first.uploads.len());
        let mut passes = FuturesUnordered::new();
        passes.push(self.transfer(job, first, &broken).boxed());
        loop {
            while let Ok(uploads) = told.try_recv() {
                passes.push(self.send_again(job, uploads, &broken).boxed());
            }
            if passes.is_empty() {
                return;
            }
            tokio::select! {
                Some(uploads) = told.recv() => passes.push(self.send_again(job, uploads, &broken).boxed()),
                _ = passes.next() => {}
            }
        }
    }

    /// Sends the bytes to those of the broken uploads that may be tried again, in one pass; the others fail.
    async fn send_again(&self, job: Job<'_>, uploads: Vec<Broken>, broken: &mpsc::Sender<Vec<Broken>>) {
        let mut again = Vec::new();
        for (upload, cause) in uploads {
            if let Some(upload) = self.judge(job.blob, upload, cause).await {
                again.extend(self.take_up(job.blob, upload).await);
            }
        }
        let Some(pause) = again.iter().map(|upload| upload.tries.pause(&self.limits)).max() else { return };
        tokio::time::sleep(pause).await;
        let Ok(place) = self.places.acquire().await else { return };
        self.transfer(job, Pass { uploads: again, place, ahead: None }, broken).await;
    }

    /// Gives back an upload that may be tried again.
    async fn judge(&self, blob: &Descriptor, mut upload: Upload, cause: CopyError) -> Option<Upload> {
        upload.tries.count(upload.state.offset);
        let spoiled = is_wrong(&cause);
        if spoiled {
            self.give_up(blob, &mut upload).await;
        }
        // What an earlier try has sent may be what is wrong: then all is read again.
        let passing = cause.transport().is_some_and(TransportError::is_retryable)
            || (spoiled && upload.tries.is_among_others());
        if !passing || upload.tries.failed >= self.limits.attempts {
            upload.lane.fail(cause);
            return None;
        }
        self.observer.observe(Event::Retrying {
            target: Arc::clone(&upload.lane.label),
            digest: blob.digest,
            reason: with_causes(&cause),
        });
        Some(upload)
    }

    /// Drops an upload of wrong bytes, so that nobody ever goes on with it.
    async fn give_up(&self, blob: &Descriptor, upload: &mut Upload) {
        self.journal.forget_upload(&upload.lane.place, &blob.digest);
        self.abort(upload).await;
        upload.verifier = None;
    }

    /// Tells the target that an upload is not gone on with.
    pub(super) async fn abort(&self, upload: &Upload) {
        if let Err(cause) = upload.lane.target.abort(&upload.state).await {
            tracing::debug!(%cause, target = %upload.lane.label, "an upload is left to expire");
        }
    }

    /// Finds out where a broken upload stands; begins anew if it is lost.
    async fn take_up(&self, blob: &Descriptor, upload: Upload) -> Option<Upload> {
        let Upload { lane, state, verifier, tries } = upload;
        let resumed = match lane.target.resume(&state).await {
            Ok(Resumed::At(state)) => Ok(Need::Bytes(state, verifier)),
            Ok(Resumed::Gone) => {
                self.journal.forget_upload(&lane.place, &blob.digest);
                // The answer may have been lost, not the blob.
                match Self::has(blob, &lane).await {
                    Ok(true) => Ok(Need::Nothing(BlobOutcome::Uploaded)),
                    Ok(false) => self.settle(blob, &lane).await,
                    Err(cause) => Err(cause),
                }
            }
            Err(cause) => Err(cause),
        };
        match resumed {
            Ok(need) => self.note(blob, lane, need).map(|upload| Upload { tries, ..upload }),
            Err(cause) => {
                lane.fail(CopyError::target(&lane.label, cause));
                None
            }
        }
    }
}

/// How often an upload broke.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tries {
    /// In all.
    broke: u32,
    /// Without getting on.
    failed: u32,
    /// How far it had come when it last got on.
    mark: u64,
    /// How far it had come when the last try began.
    began: u64,
}

impl Tries {
    pub(super) fn begin(&mut self, offset: u64) {
        self.began = offset;
    }

    /// Whether an earlier try may have left bytes in the session: it got on, or nobody can tell, as registries
    /// write nothing and one byte alike.
    fn is_among_others(self) -> bool {
        self.began > 0 || self.broke > 1
    }

    /// It broke at `offset`: one that gets on may break as often as the line does.
    fn count(&mut self, offset: u64) {
        if offset >= self.mark.saturating_add(WORTH) {
            self.failed = 0;
            self.mark = offset;
        }
        // The target may have lost what it had.
        self.mark = self.mark.min(offset);
        self.failed += 1;
        self.broke = self.broke.saturating_add(1);
    }

    /// The wait before the next try: each is twice as long as the one before.
    fn pause(&self, limits: &Limits) -> Duration {
        let doubled = 2_u32.saturating_pow(self.broke.saturating_sub(1));
        limits.pause.saturating_mul(doubled).min(LONGEST_PAUSE)
    }
}

/// Whether the bytes are wrong, as seen here or by the target.
fn is_wrong(cause: &CopyError) -> bool {
    matches!(cause.transport(), Some(TransportError::Content { .. } | TransportError::Rejected { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_try_counts_as_failed_unless_it_got_on_by_more_than_crumbs() {
        let mut tries = Tries::default();
        let mut failed = |offset| {
            tries.count(offset);
            tries.failed
        };
        assert_eq!([10, 20, 30].map(&mut failed), [1, 2, 3], "a few bytes each time");
        assert_eq!(failed(WORTH), 1, "crumbs add up");
        assert_eq!(failed(2 * WORTH), 1);
        assert_eq!([0, 10].map(&mut failed), [2, 3], "what it had is lost");
        assert_eq!(failed(WORTH + 10), 1);
    }
}
