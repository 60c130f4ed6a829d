//! Where the images of a mirror go.

use std::collections::HashMap;
use std::sync::Arc;

use portolan_oci::TagOrDigest;
use portolan_transport::{Endpoint, Location, Places, PutAs, Source, Target};

use super::MirrorError;
use crate::select::{CarriedReferrers, Expansion, Mirror, Policy, clashes};
use crate::settings::IndexMode;
use crate::{ArtifactTypes, CarryRules, CopyRequest, CopyTarget, Moves, Platforms, ReferrerPolicy};

/// Places, each opened once.
pub(super) struct Opened<'a> {
    places: &'a Places,
    sources: HashMap<Location, Arc<dyn Source>>,
    targets: HashMap<Location, Arc<dyn Target>>,
}

impl<'a> Opened<'a> {
    pub(super) fn new(places: &'a Places) -> Self {
        Self { places, sources: HashMap::new(), targets: HashMap::new() }
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

    /// The request for one image of a mirror.
    pub(super) async fn request(
        &mut self,
        mirror: &Mirror,
        image: &Endpoint,
        goals: &[Endpoint],
    ) -> Result<CopyRequest, MirrorError> {
        let policy = &mirror.policy;
        let is_immutable =
            goals.iter().filter_map(|goal| goal.tag.as_ref()).any(|tag| policy.is_immutable(tag));
        let mut targets = Vec::with_capacity(goals.len());
        for goal in goals {
            let name = goal.tag.clone().map_or(PutAs::Digest, PutAs::Tag);
            targets.push(CopyTarget { target: self.target(&goal.location).await?, name });
        }
        Ok(CopyRequest {
            source: self.source(&image.location).await?,
            reference: image.selector().unwrap_or_else(|| TagOrDigest::Tag(portolan_oci::Tag::latest())),
            targets,
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
            moves: if is_immutable { Moves::Refused } else { Moves::Allowed },
        })
    }
}

fn carry(policy: &Policy, types: ArtifactTypes) -> ReferrerPolicy {
    ReferrerPolicy::Carry(CarryRules { types, recheck: policy.recheck.duration() })
}

/// Where each image goes, by the mirror's templates. No two go to the same name.
pub(super) fn goals(
    mirror: &Mirror,
    images: Vec<Endpoint>,
) -> Result<Vec<(Endpoint, Vec<Endpoint>)>, MirrorError> {
    let mut all = Vec::with_capacity(images.len());
    for image in images {
        let mut goals = Vec::with_capacity(mirror.targets.len());
        for template in &mirror.targets {
            goals.push(template.expand(&image)?);
        }
        all.push((image, goals));
    }
    let expansions = all.iter().flat_map(|(source, goals): &(Endpoint, Vec<Endpoint>)| {
        goals.iter().map(move |target| Expansion { source, target })
    });
    let mut found = clashes(expansions).into_iter();
    match found.next() {
        Some(first) => Err(MirrorError::Clash(Box::new(first), found.len())),
        None => Ok(all),
    }
}
