//! Which images a mirror wants now.

use std::collections::HashMap;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use portolan_oci::Tag;
use portolan_transport::{Endpoint, Location, Places};

use super::MirrorError;
use super::expand::{Opened, keep_apart};
use super::kinds::OtherKind;
use crate::select::{ImageList, LeftOut, Mirror, MirrorImages, Reason, RepositoryVerdict, TagVerdict};
use crate::{ArtifactTypes, CopyRequest, Engine};

/// Repositories whose tags are listed at once.
const PARALLEL: usize = 16;

/// What a mirror wants, and why.
pub struct Gathered {
    /// The images that are taken, with where they go.
    pub requests: Vec<CopyRequest>,
    /// The images that the rules take and that are of no wanted artifact type.
    pub other_kinds: Vec<OtherKind>,
    /// What the rules say about everything that was looked at.
    pub looked: Looked,
}

/// What the rules of a mirror say about what there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looked {
    /// About repositories, if the mirror chooses among several.
    pub repositories: Vec<RepositoryVerdict>,
    /// About the tags of each place that was looked into.
    pub tags: Vec<(Location, Vec<TagVerdict>)>,
}

impl Looked {
    /// Takes the verdicts on these back.
    fn leave_out(&mut self, others: &[OtherKind]) {
        let others: HashMap<&str, &OtherKind> =
            others.iter().map(|other| (other.image.as_str(), other)).collect();
        if others.is_empty() {
            return;
        }
        for (location, verdicts) in &mut self.tags {
            for verdict in verdicts.iter_mut().filter(|verdict| verdict.is_in()) {
                let image = location.with(Some(&verdict.tag.clone().into()));
                if let Some(other) = others.get(image.as_str()) {
                    verdict.reason = Reason::Out(LeftOut::OtherKind(other.kinds.clone()));
                }
            }
        }
    }

    fn taken(&self) -> impl Iterator<Item = (&Location, &Tag)> {
        self.tags.iter().flat_map(|(location, verdicts)| {
            verdicts.iter().filter(|verdict| verdict.is_in()).map(move |verdict| (location, &verdict.tag))
        })
    }
}

impl Engine {
    /// Finds out which images a mirror wants now. Lists are read; nothing else is asked, unless a rule depends
    /// on it.
    ///
    /// # Errors
    /// If a list cannot be read or a target cannot be used, and if two images go to the same name.
    pub async fn gather(&self, mirror: &Mirror, places: &Places) -> Result<Gathered, MirrorError> {
        tokio::select! {
            biased;
            () = self.cancelled.cancelled() => Err(MirrorError::Cancelled),
            gathered = self.gather_now(mirror, places) => gathered,
        }
    }

    async fn gather_now(&self, mirror: &Mirror, places: &Places) -> Result<Gathered, MirrorError> {
        let mut opened = Opened::new(mirror, places);
        let mut looked = self.look(mirror, places, &mut opened).await?;
        let mut requests = Vec::new();
        match &mirror.images {
            MirrorImages::Place(_) | MirrorImages::Repositories(_) => {
                // There may be very many.
                requests.reserve_exact(looked.taken().count());
                for (location, tag) in looked.taken() {
                    let (location, tag) = (location.clone(), Some(tag.clone()));
                    let image = Endpoint { location, tag, digest: None };
                    requests.push(opened.request(&image.into()).await?);
                }
            }
            MirrorImages::Named(images) => opened.add(images, &mut requests).await?,
            MirrorImages::Listed(from) => {
                opened.add(ImageList::read(from).await?.images(), &mut requests).await?;
            }
        }
        keep_apart(&requests)?;
        let types = match mirror.policy.artifact_types.as_slice() {
            [] => ArtifactTypes::All,
            types => ArtifactTypes::Only(types.to_vec()),
        };
        let other_kinds = self.leave_out_other_kinds(&mut requests, &types).await?;
        looked.leave_out(&other_kinds);
        Ok(Gathered { requests, other_kinds, looked })
    }

    /// Applies the rules of a mirror to what there is.
    async fn look(
        &self,
        mirror: &Mirror,
        places: &Places,
        opened: &mut Opened<'_>,
    ) -> Result<Looked, MirrorError> {
        let mut looked = Looked::default();
        let locations: Vec<Location> = match &mirror.images {
            MirrorImages::Place(location) => vec![location.clone()],
            MirrorImages::Repositories(rules) => {
                let what = || format!("the repositories of {}", rules.registry);
                let all = places.repositories(&rules.registry).await;
                let all = all.map_err(|cause| MirrorError::Source { what: what(), cause })?;
                looked.repositories = rules.select(&all);
                let taken = looked.repositories.iter().filter(|verdict| verdict.is_in());
                taken.map(|to| Location::Registry(rules.registry.clone(), to.repository.clone())).collect()
            }
            MirrorImages::Named(_) | MirrorImages::Listed(_) => Vec::new(),
        };
        let mut sources = Vec::with_capacity(locations.len());
        for location in locations {
            sources.push((opened.source(&location).await?, location));
        }
        looked.tags = stream::iter(sources)
            .map(|(source, location)| async move {
                Ok::<_, MirrorError>((location, self.judge_tags(&*source, &mirror.policy.tags).await?))
            })
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        Ok(looked)
    }
}
