//! A plan.

use std::collections::BTreeMap;
use std::sync::Arc;

use portolan_oci::{Digest, Registry};
use portolan_transport::{Fence, FencedTarget, Location};

use crate::copy::{ImageTree, Job};
use crate::event::Event;
use crate::{CopyError, CopyRequest, Platforms};

/// What a run would do. It holds what was read of the images that are to be copied, so that nothing is read
/// twice.
pub struct Plan {
    pub(crate) images: Vec<PlannedImage>,
}

impl Plan {
    /// The images, in the order in which they were asked for.
    pub fn images(&self) -> &[PlannedImage] {
        &self.images
    }

    /// What the whole costs.
    pub fn cost(&self) -> Cost {
        self.images.iter().flat_map(|image| &image.targets).map(|target| target.cost).sum()
    }

    /// How many manifests are read from each registry to do what is planned: what registries count as pulls.
    pub fn pulls(&self) -> BTreeMap<Registry, u64> {
        let mut pulls = BTreeMap::new();
        for image in self.images.iter().filter(|image| image.needs_work()) {
            if let (Location::Registry(registry, _), Some(tree)) =
                (image.request.source.location(), &image.tree)
            {
                *pulls.entry(registry.clone()).or_default() += tree.manifests().count() as u64;
            }
        }
        pulls
    }

    /// How much there is to do.
    pub(super) fn told(&self) -> Event {
        let (mut copies, mut unchanged, mut failing) = (0, 0, 0);
        for target in self.images.iter().flat_map(|image| &image.targets) {
            match target.action {
                Action::Skip => unchanged += 1,
                Action::Add | Action::Move { .. } | Action::Complete => copies += 1,
                Action::Fail(_) => failing += 1,
            }
        }
        let Cost { least_bytes, most_bytes, .. } = self.cost();
        Event::Planned { copies, unchanged, failing, least_bytes, most_bytes }
    }
}

/// What would be done with one image.
pub struct PlannedImage {
    pub(crate) request: CopyRequest,
    /// What the source showed under the reference when it was read.
    pub(crate) named: Option<Digest>,
    /// Stands for what the source itself lists as referring to it, if the source was asked.
    pub(crate) listed: Option<Digest>,
    /// What is to be copied; none where nothing is.
    pub(crate) tree: Option<Arc<ImageTree>>,
    /// It knows what the image is: what the source showed, or its part for a platform.
    pub(crate) job: Job,
    /// Which targets were asked now what they show, and showed something.
    pub(crate) asked: Vec<bool>,
    pub(crate) targets: Vec<PlannedTarget>,
}

impl PlannedImage {
    /// The image, as its source names it.
    pub fn source(&self) -> String {
        self.request.source.location().with(Some(&self.request.reference))
    }

    /// What it is, if it had to be known.
    pub fn digest(&self) -> Option<Digest> {
        self.job.digest
    }

    /// The index that it was, if it is written anew with the chosen platforms: what was signed is that one.
    pub fn original(&self) -> Option<Digest> {
        let is_new =
            matches!(self.request.rules.platforms, Platforms::Rewritten(_)) && self.named != self.digest();
        self.named.filter(|_| is_new)
    }

    /// What would be done at each target, in the order of the request.
    pub fn targets(&self) -> &[PlannedTarget] {
        &self.targets
    }

    /// The same with its targets behind a fence.
    pub(crate) fn behind(mut self, fence: &Fence) -> Self {
        for to in &mut self.request.targets {
            to.target = Arc::new(FencedTarget::new(Arc::clone(&to.target), fence.clone()));
        }
        let digest = self.job.digest;
        self.job = Job { digest, ..Job::new(&self.request.targets) };
        self
    }

    pub(crate) fn needs_work(&self) -> bool {
        self.targets.iter().any(|target| target.action.is_copy())
    }
}

/// What would be done with an image at one target.
#[derive(Debug, Clone)]
pub struct PlannedTarget {
    /// The target, with the name that the image gets there.
    pub shown: String,
    /// What would be done.
    pub action: Action,
    /// What that costs.
    pub cost: Cost,
}

impl PlannedTarget {
    /// Why it cannot be said what would be done.
    pub fn failure(&self) -> Option<&CopyError> {
        match &self.action {
            Action::Fail(cause) => Some(cause),
            Action::Skip | Action::Add | Action::Move { .. } | Action::Complete => None,
        }
    }
}

/// What would be done with an image at a target.
#[derive(Debug, Clone)]
pub enum Action {
    /// Nothing: it is there, with all that belongs to it.
    Skip,
    /// It is brought: nothing has its name.
    Add,
    /// It is brought, and its name is moved to it.
    Move {
        /// What has the name now.
        from: Digest,
    },
    /// The image is there; what belongs to it is brought.
    Complete,
    /// Nothing can be done.
    Fail(CopyError),
}

impl Action {
    /// Whether anything is written.
    pub fn is_copy(&self) -> bool {
        matches!(self, Self::Add | Self::Move { .. } | Self::Complete)
    }
}

/// What work costs. A target may refuse to mount a blob: then its bytes are sent, up to the most.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Manifests to put.
    pub manifests: u64,
    /// Blobs to bring.
    pub blobs: u64,
    /// Those of them that another repository of the registry has.
    pub mounts: u64,
    /// Bytes that must be sent.
    pub least_bytes: u64,
    /// Bytes that are sent if no mount is granted.
    pub most_bytes: u64,
}

impl std::iter::Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(costs: I) -> Self {
        costs.fold(Self::default(), |sum, cost| Self {
            manifests: sum.manifests + cost.manifests,
            blobs: sum.blobs + cost.blobs,
            mounts: sum.mounts + cost.mounts,
            least_bytes: sum.least_bytes + cost.least_bytes,
            most_bytes: sum.most_bytes + cost.most_bytes,
        })
    }
}
