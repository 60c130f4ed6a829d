//! Where the images of a mirror go.

use std::collections::HashMap;
use std::sync::Arc;

use portolan_oci::TagOrDigest;
use portolan_transport::{Location, Places, PutAs, Source, Target};

use super::MirrorError;
use crate::select::{CarriedReferrers, Expansion, Mirror, Policy, clashes};
use crate::settings::{ImageName, IndexMode};
use crate::{
    ArtifactTypes, CarryRules, CopyRequest, CopyRules, CopyTarget, Moves, Platforms, ReferrerPolicy,
};

/// The places of a mirror, each opened once, and how its images are carried.
pub(super) struct Opened<'a> {
    mirror: &'a Mirror,
    places: &'a Places,
    /// How images are carried whose names may move, whose names must not, and whose names are left alone.
    movable: Arc<CopyRules>,
    immutable: Arc<CopyRules>,
    kept: Arc<CopyRules>,
    sources: HashMap<Location, Arc<dyn Source>>,
    targets: HashMap<Location, Arc<dyn Target>>,
}

impl<'a> Opened<'a> {
    pub(super) fn new(mirror: &'a Mirror, places: &'a Places) -> Self {
        let rules = |moves| Arc::new(rules(&mirror.policy, moves));
        Self {
            mirror,
            places,
            movable: rules(Moves::Allowed),
            immutable: rules(Moves::Refused),
            kept: rules(Moves::Kept),
            sources: HashMap::new(),
            targets: HashMap::new(),
        }
    }

    pub(super) async fn source(&mut self, location: &Location) -> Result<Arc<dyn Source>, MirrorError> {
        if let Some(source) = self.sources.get(location) {
            return Ok(Arc::clone(source));
        }
        let source = self.places.source(location).await;
        let source = source.map_err(|cause| MirrorError::Source { what: location.to_string(), cause })?;
        self.sources.insert(location.clone(), Arc::clone(&source));
        Ok(source)
    }

    async fn target(&mut self, location: &Location) -> Result<Arc<dyn Target>, MirrorError> {
        if let Some(target) = self.targets.get(location) {
            return Ok(Arc::clone(target));
        }
        if matches!(location, Location::OciArchive(_) | Location::DockerArchive(..)) {
            return Err(MirrorError::Archive(location.to_string()));
        }
        let target = self.places.target(location).await;
        let target = target.map_err(|cause| MirrorError::Target { place: location.to_string(), cause })?;
        self.targets.insert(location.clone(), Arc::clone(&target));
        Ok(target)
    }

    /// Adds the requests for several images.
    pub(super) async fn add(
        &mut self,
        images: &[ImageName],
        requests: &mut Vec<CopyRequest>,
    ) -> Result<(), MirrorError> {
        for image in images {
            requests.push(self.request(image).await?);
        }
        Ok(())
    }

    /// The request for one image: it goes where the mirror's templates say.
    pub(super) async fn request(&mut self, image: &ImageName) -> Result<CopyRequest, MirrorError> {
        let mirror = self.mirror;
        let mut targets = Vec::with_capacity(mirror.targets.len());
        let (mut is_immutable, mut is_kept) = (false, false);
        for template in &mirror.targets {
            let goal = template.expand(image)?;
            is_immutable |= goal.tag.as_ref().is_some_and(|tag| mirror.policy.is_immutable(tag));
            is_kept |= goal.tag.as_ref().is_some_and(|tag| mirror.policy.is_kept(tag));
            let target = self.target(&goal.location).await?;
            targets.push(CopyTarget { target, name: goal.tag.map_or(PutAs::Digest, PutAs::Tag) });
        }
        let image = image.endpoint();
        let rules = match (is_immutable, is_kept) {
            (true, _) => &self.immutable,
            (false, true) => &self.kept,
            (false, false) => &self.movable,
        };
        let rules = Arc::clone(rules);
        Ok(CopyRequest {
            source: self.source(&image.location).await?,
            reference: image.selector().unwrap_or_else(|| TagOrDigest::Tag(portolan_oci::Tag::latest())),
            targets,
            rules,
        })
    }
}

/// How the images of a mirror are carried.
fn rules(policy: &Policy, moves: Moves) -> CopyRules {
    CopyRules {
        platforms: match policy.platforms.as_slice() {
            [] => Platforms::All,
            platforms => match policy.index {
                IndexMode::Sparse => Platforms::Sparse(platforms.to_vec()),
                IndexMode::Rewritten => Platforms::Rewritten(platforms.to_vec()),
            },
        },
        referrers: match &policy.referrers {
            CarriedReferrers::None => ReferrerPolicy::Leave,
            CarriedReferrers::All => carry(policy, ArtifactTypes::All),
            CarriedReferrers::Types(types) => carry(policy, ArtifactTypes::Only(types.clone())),
        },
        moves,
    }
}

fn carry(policy: &Policy, types: ArtifactTypes) -> ReferrerPolicy {
    ReferrerPolicy::Carry(CarryRules { types, recheck: policy.recheck.duration() })
}

/// No two images may go to the same name.
pub(super) fn keep_apart(requests: &[CopyRequest]) -> Result<(), MirrorError> {
    let expansions = requests.iter().flat_map(|request| {
        request.targets.iter().map(|to| Expansion {
            source: request.source.location(),
            reference: &request.reference,
            target: to.target.location(),
            name: &to.name,
        })
    });
    let mut found = clashes(expansions).into_iter();
    match found.next() {
        Some(first) => Err(MirrorError::Clash(Box::new(first), found.len())),
        None => Ok(()),
    }
}
