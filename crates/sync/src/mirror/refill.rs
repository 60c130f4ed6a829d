//! Fetching blobs again that a place has lost, from where mirrors bring its images.

use std::collections::HashMap;
use std::sync::Arc;

use portolan_oci::{Descriptor, Digest};
use portolan_transport::{Location, Places, PutAs, Source, Target};

use super::MirrorError;
use crate::blob::Lane;
use crate::select::Mirror;
use crate::{CopyError, Engine};

/// A blob that is needed in places and has been lost there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostBlob {
    /// Which blob, as an image names it.
    pub blob: Descriptor,
    /// The repositories that need it. They share their bytes: in one of them is in all.
    pub places: Vec<Location>,
}

/// What became of a lost blob.
#[derive(Debug, Clone)]
pub enum Refilled {
    /// It is back.
    From {
        /// Where it was fetched.
        source: Location,
    },
    /// No mirror brings an image into the repositories that need it.
    NoMirror,
    /// None of the sources gave it.
    Failed {
        /// The source that was asked last.
        source: Location,
        /// Why it did not.
        cause: CopyError,
    },
}

/// What became of lost blobs.
#[derive(Debug)]
pub struct RefillReport {
    /// Of each blob, in the order in which they were told.
    pub blobs: Vec<(Digest, Refilled)>,
    /// The mirrors of which it could not be found out what they bring.
    pub failures: Vec<(String, MirrorError)>,
}

/// A way into a place that has lost something.
type Ways = HashMap<Location, Vec<(Arc<dyn Source>, Arc<dyn Target>)>>;

impl Engine {
    /// Fetches blobs again that repositories of our own store have lost: from the sources of the images that mirrors
    /// bring into these repositories now. The bytes are checked as in every copy.
    pub async fn refill(&self, mirrors: &[Mirror], places: &Places, lost: &[LostBlob]) -> RefillReport {
        let mut report = RefillReport { blobs: Vec::with_capacity(lost.len()), failures: Vec::new() };
        let mut ways: Ways =
            lost.iter().flat_map(|lost| &lost.places).map(|place| (place.clone(), Vec::new())).collect();
        if !ways.is_empty() {
            for mirror in mirrors.iter().filter(|mirror| mirror.goes_into_store()) {
                match self.gather(mirror, places).await {
                    Ok(gathered) => {
                        let ends = gathered.requests.into_iter();
                        ends.for_each(|request| {
                            for to in request.targets {
                                add(&mut ways, &request.source, to.target);
                            }
                        });
                    }
                    Err(cause) => report.failures.push((mirror.name.to_string(), cause)),
                }
            }
        }
        for lost in lost {
            report.blobs.push((lost.blob.digest, self.refill_one(lost, &ways).await));
        }
        report
    }

    async fn refill_one(&self, lost: &LostBlob, ways: &Ways) -> Refilled {
        let mut outcome = Refilled::NoMirror;
        for (source, target) in lost.places.iter().filter_map(|place| ways.get(place)).flatten() {
            let lane = Arc::new(Lane::new(Arc::clone(target), PutAs::Digest));
            let bringing = self.mover.bring(source, &lost.blob, std::slice::from_ref(&lane));
            let cause = tokio::select! {
                biased;
                () = self.cancelled.cancelled() => Some(CopyError::Cancelled),
                () = bringing => lane.failure(),
            };
            let source = source.location().clone();
            match cause {
                None => return Refilled::From { source },
                Some(cause) => outcome = Refilled::Failed { source, cause },
            }
            if self.cancelled.is_cancelled() {
                break;
            }
        }
        outcome
    }
}

/// Notes where the images of a place come from, each source once.
fn add(ways: &mut Ways, source: &Arc<dyn Source>, target: Arc<dyn Target>) {
    let Some(ways) = ways.get_mut(target.location()) else { return };
    if ways.iter().all(|(known, _)| known.location() != source.location()) {
        ways.push((Arc::clone(source), target));
    }
}
