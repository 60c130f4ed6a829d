//! From a plan in a file back to a plan that can be carried out.

use std::sync::Arc;

use futures::stream::{self, StreamExt as _};
use portolan_oci::{Digest, RawManifestError, annotation};
use portolan_transport::{Endpoint, EndpointError, Places, PutAs, TransportError};

use super::planned::{Action, Cost, Plan, PlannedImage, PlannedTarget};
use super::saved::{SavedAction, SavedImage, SavedPlan, SavedPlatforms, SavedPolicy, SavedTarget};
use super::standing::TargetChecks;
use crate::blob::Lane;
use crate::copy::Job;
use crate::prune::PlannedPrune;
use crate::settings::MirrorName;
use crate::{CopyError, CopyRequest, CopyRules, CopyTarget, Engine, Moves, Platforms, ReferrerPolicy};

/// Sources that are asked at once.
const PARALLEL: usize = 64;

/// Why a saved plan cannot be taken up.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// It names a place that cannot be understood.
    #[error("{text:?} is no place")]
    Place {
        /// What it says.
        text: String,
        /// What is wrong with it.
        #[source]
        cause: EndpointError,
    },
    /// A place cannot be used.
    #[error("{place} cannot be used")]
    Unusable {
        /// The place.
        place: String,
        /// Why.
        #[source]
        cause: TransportError,
    },
    /// A manifest in it is damaged.
    #[error("the plan of {image} is damaged")]
    Manifest {
        /// The image.
        image: String,
        /// What is wrong.
        #[source]
        cause: RawManifestError,
    },
    /// What is to be copied is not what the source showed.
    #[error("the plan of {image} is damaged: it is for {planned}, and has {found}")]
    Altered {
        /// The image.
        image: String,
        /// What the source showed.
        planned: Digest,
        /// What the plan has in its place.
        found: Digest,
    },
    /// What is to be deleted has no tag.
    #[error("the plan is damaged: it deletes {target}, which is no tag")]
    Untagged {
        /// What it says.
        target: String,
    },
    /// What is to be copied is missing in it.
    #[error("the plan of {image} has no image")]
    Empty {
        /// The image.
        image: String,
    },
}

/// What a saved plan says about one mirror, with its places open.
pub struct Restored {
    pub(crate) mirror: MirrorName,
    pub(crate) images: Vec<PlannedImage>,
    pub(crate) prune: Option<PlannedPrune>,
}

impl Restored {
    /// The mirror.
    pub fn mirror(&self) -> &MirrorName {
        &self.mirror
    }
}

impl SavedPlan {
    /// What the plan says about each mirror, to be [taken up](Engine::take_up). Nobody is asked anything.
    ///
    /// # Errors
    /// If the plan is damaged, or a place that it names cannot be used.
    pub async fn restore(&self, places: &Places) -> Result<Vec<Restored>, RestoreError> {
        let mut all = Vec::new();
        for saved in &self.mirrors {
            let mut images = Vec::new();
            for image in &saved.images {
                images.push(restored(image, places).await?);
            }
            let mirror = saved.name.clone();
            let prune = match &saved.prune {
                Some(prune) => Some(prune.restore(&mirror, places).await?),
                None => None,
            };
            all.push(Restored { mirror, images, prune });
        }
        Ok(all)
    }
}

impl Engine {
    /// Asks whether all is as it was when the plan was made. What is not fails.
    pub(crate) async fn check(&self, images: Vec<PlannedImage>) -> Plan {
        let checked = stream::iter(images).map(|image| self.refuse_what_moved(image)).buffered(PARALLEL);
        let mut images: Vec<_> = checked.collect().await;
        self.look_for_blobs(&images).await;
        self.reckon(&mut images);
        Plan { images }
    }

    async fn refuse_what_moved(&self, mut image: PlannedImage) -> PlannedImage {
        let (request, planned) = (&image.request, image.named);
        let what = || request.source.location().with(Some(&request.reference));
        let failure = match (request.source.resolve(&request.reference).await, planned) {
            (Ok(now), Some(planned)) if now.digest != planned => {
                Some(CopyError::Moved { image: what(), planned, now: now.digest })
            }
            (Ok(_), _) => None,
            (Err(cause), _) => Some(CopyError::source(what(), cause)),
        };
        let digest = image.digest();
        for (lane, target) in image.job.lanes.iter().zip(&mut image.targets) {
            let action = match &failure {
                Some(cause) => Some(Action::Fail(cause.clone())),
                None => self.overtaken(lane, target, digest).await,
            };
            if let Some(action) = action {
                target.action = action;
            }
        }
        image
    }

    /// What is to be done instead of what was planned, if the target has changed since: nothing where the image
    /// has come there meanwhile, and nothing either where another image has got the name.
    async fn overtaken(&self, lane: &Lane, target: &PlannedTarget, image: Option<Digest>) -> Option<Action> {
        let there = match self.shows(lane, TargetChecks::All).await {
            Ok(there) => there?.digest,
            Err(cause) => return Some(Action::Fail(cause)),
        };
        match target.action {
            Action::Complete if Some(there) == image => None,
            Action::Move { from } if from == there => None,
            _ if Some(there) == image => Some(Action::Skip),
            _ => Some(Action::Fail(CopyError::Overtaken { name: target.shown.clone(), now: there })),
        }
    }
}

/// The targets at which something is to be done.
pub(super) fn saved_targets(image: &PlannedImage) -> Vec<SavedTarget> {
    let targets = image.request.targets.iter().zip(&image.targets);
    let saved = targets.filter_map(|(to, target)| {
        let action = match target.action {
            Action::Add => SavedAction::Add,
            Action::Move { from } => SavedAction::Move { from },
            Action::Complete => SavedAction::Complete,
            Action::Skip | Action::Fail(_) => return None,
        };
        let tag = match &to.name {
            PutAs::Tag(tag) => Some(tag.clone()),
            PutAs::Digest => None,
        };
        Some(SavedTarget { place: to.target.location().to_string(), tag, action })
    });
    saved.collect()
}

pub(super) async fn restored(saved: &SavedImage, places: &Places) -> Result<PlannedImage, RestoreError> {
    let request = request(saved, places).await?;
    let damaged = |cause| RestoreError::Manifest { image: saved.source.clone(), cause };
    let tree = saved.tree().map_err(damaged)?.ok_or_else(|| empty(saved))?;
    let found = *tree.root.digest();
    let is_as_planned = match request.rules.platforms {
        // One platform of an image has a digest of its own.
        Platforms::One(_) => true,
        Platforms::All | Platforms::Sparse(_) => found == saved.named,
        Platforms::Rewritten(_) => {
            let annotations = tree.root.parsed().annotations();
            let original = annotations.get(annotation::ORIGINAL_DIGEST);
            found == saved.named || original == Some(&saved.named.to_string())
        }
    };
    if !is_as_planned {
        return Err(RestoreError::Altered { image: saved.source.clone(), planned: saved.named, found });
    }
    let mut job = Job::new(&request.targets);
    let planned = job.lanes.iter().zip(&saved.targets).map(|(lane, target)| PlannedTarget {
        shown: lane.shown(Some(&found)),
        action: match target.action {
            SavedAction::Add => Action::Add,
            SavedAction::Move { from } => Action::Move { from },
            SavedAction::Complete => Action::Complete,
        },
        cost: Cost::default(),
    });
    let targets: Vec<_> = planned.collect();
    job.digest = Some(found);
    Ok(PlannedImage {
        request,
        named: Some(saved.named),
        listed: tree.listed,
        tree: Some(Arc::new(tree)),
        asked: vec![false; targets.len()],
        job,
        targets,
    })
}

/// Opens the places again.
async fn request(saved: &SavedImage, places: &Places) -> Result<CopyRequest, RestoreError> {
    let unusable = |place: &str| {
        let place = place.to_owned();
        move |cause| RestoreError::Unusable { place, cause }
    };
    let from = endpoint(&saved.source)?;
    let mut targets = Vec::new();
    for target in &saved.targets {
        let location = endpoint(&target.place)?.location;
        let name = target.tag.clone().map_or(PutAs::Digest, PutAs::Tag);
        let target = places.target(&location).await.map_err(unusable(&target.place))?;
        targets.push(CopyTarget { target, name });
    }
    let rules = Arc::new(CopyRules {
        platforms: match saved.platforms.clone() {
            SavedPlatforms::All => Platforms::All,
            SavedPlatforms::One(platform) => Platforms::One(platform),
            SavedPlatforms::Sparse(platforms) => Platforms::Sparse(platforms),
            SavedPlatforms::Rewritten(platforms) => Platforms::Rewritten(platforms),
        },
        referrers: match saved.referrers {
            SavedPolicy::Carry => ReferrerPolicy::ALL,
            SavedPolicy::Leave => ReferrerPolicy::Leave,
        },
        // What may be moved was decided when the plan was made.
        moves: Moves::Allowed,
    });
    Ok(CopyRequest {
        source: places.source(&from.location).await.map_err(unusable(&saved.source))?,
        reference: from.selector().ok_or_else(|| empty(saved))?,
        targets,
        rules,
    })
}

fn empty(saved: &SavedImage) -> RestoreError {
    RestoreError::Empty { image: saved.source.clone() }
}

fn endpoint(text: &str) -> Result<Endpoint, RestoreError> {
    text.parse().map_err(|cause| RestoreError::Place { text: text.to_owned(), cause })
}
