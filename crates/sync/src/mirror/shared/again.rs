//! Looking once more at what a node may have written that woke up too late.

use std::collections::HashSet;

use futures::stream::{self, StreamExt as _};
use portolan_catalog::FailedImage;
use portolan_oci::{TagOrDigest, with_causes};
use portolan_transport::PutAs;

use super::super::sum::Sum;
use super::super::sync::goal;
use super::together::{Suspect, Together};
use crate::{CopyError, CopyRequest, CopyTarget, Engine, ImageOutcome};

/// Images that are looked at once more at once.
const PARALLEL: usize = 32;

impl Engine {
    /// Asks once more, when the time has come, what the names of suspect images name, and puts right what is not as this
    /// run had brought it.
    pub(in crate::mirror) async fn look_again(&self, together: &mut Together<'_>, sum: &mut Sum) {
        let mut again = std::mem::take(&mut together.again);
        let Some(last) = again.iter().map(|(due, _)| *due).max() else { return };
        tracing::info!(images = again.len(), "names are looked at once more, since a node came too late");
        tokio::select! {
            biased;
            () = self.cancelled.cancelled() => {
                sum.is_interrupted = true;
                return;
            }
            () = tokio::time::sleep_until(last.into()) => {}
        }
        let failed: HashSet<String> = sum.failures.iter().map(|failed| failed.target.clone()).collect();
        again.iter_mut().for_each(|(_, suspect)| suspect.leave_out(&failed));
        let looked = stream::iter(&again).map(|(_, suspect)| self.put_right(suspect));
        let gone: Vec<Vec<FailedImage>> = looked.buffer_unordered(PARALLEL).collect().await;
        gone.into_iter().flatten().for_each(|failed| sum.take_back(failed));
    }

    /// What could not be put right.
    async fn put_right(&self, suspect: &Suspect) -> Vec<FailedImage> {
        let Suspect { request, wanted, .. } = suspect;
        let mut gone = Vec::new();
        for to in &request.targets {
            let PutAs::Tag(tag) = &to.name else { continue };
            let there = to.target.stat_manifest(&TagOrDigest::Tag(tag.clone())).await;
            let failed = |cause: &CopyError| FailedImage {
                source: request.source.location().with(Some(&request.reference)),
                target: goal(to, &request.reference),
                cause: with_causes(cause),
                is_retryable: cause.may_pass().unwrap_or(true),
            };
            let there = match there {
                Ok(there) => there.map(|there| there.digest),
                Err(cause) => {
                    gone.push(failed(&CopyError::target(to.target.location(), cause)));
                    continue;
                }
            };
            if there == Some(*wanted) {
                continue;
            }
            let image = goal(to, &request.reference);
            tracing::warn!(image, "a node that came too late had written it; it is put right");
            let report = self.copy(&suspect.pinned(to)).await;
            for target in report.targets {
                if let ImageOutcome::Failed(cause) = &target.outcome {
                    gone.push(failed(cause));
                }
            }
        }
        gone
    }
}

impl Suspect {
    /// Takes out the targets at which it has failed anyway.
    fn leave_out(&mut self, failed: &HashSet<String>) {
        let reference = self.request.reference.clone();
        self.request.targets.retain(|to| !failed.contains(&goal(to, &reference)));
    }

    /// The image that this run had brought, whatever its source shows now, for one of its targets.
    fn pinned(&self, to: &CopyTarget) -> CopyRequest {
        let reference = TagOrDigest::Digest(self.named);
        CopyRequest { reference, targets: vec![to.clone()], ..self.request.clone() }
    }
}
