//! What is to be deleted.

use std::sync::Arc;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use portolan_oci::{Digest, Tag, TagOrDigest};
use portolan_transport::{Deleted, Endpoint, Location, Source, TransportResult};

use crate::context::Context;
use crate::error::{CliError, Failure};

/// How many tags are looked at to find those of a manifest.
const LOOKED_AT: usize = 1000;

/// How many of them at once.
const PARALLEL: usize = 8;

/// How many tags are named.
const NAMED: usize = 20;

/// Something that is to be deleted, and that is there.
pub(super) struct Doomed {
    source: Arc<dyn Source>,
    location: Location,
    reference: TagOrDigest,
    pub(super) digest: Digest,
    /// The tags that go with a manifest.
    pub(super) tags: Vec<Tag>,
}

impl Doomed {
    pub(super) async fn find(image: &Endpoint, context: &Context) -> Result<Self, CliError> {
        let Endpoint { location, tag, digest } = image;
        let reference = match (tag, digest) {
            (Some(tag), None) => TagOrDigest::Tag(tag.clone()),
            (None, Some(digest)) => TagOrDigest::Digest(*digest),
            (None, None) => {
                let problem = format!("{image} names neither a tag nor a digest");
                return Err(Failure::Usage(problem).into());
            }
            (Some(_), Some(_)) => {
                let problem = format!("{image} names both a tag and a digest: name the one to delete");
                return Err(Failure::Usage(problem).into());
            }
        };
        if matches!(location, Location::OciArchive(_) | Location::DockerArchive(..)) {
            return Err(Failure::Refused(format!("archives are not changed: {location}")).into());
        }
        let source = context.source(location).await?;
        let digest = context.resolve(&*source, &reference).await?.digest;
        let mut doomed = Self { source, location: location.clone(), reference, digest, tags: Vec::new() };
        if !doomed.is_tag() {
            doomed.tags = doomed.find_tags().await?;
        }
        Ok(doomed)
    }

    pub(super) fn is_tag(&self) -> bool {
        matches!(self.reference, TagOrDigest::Tag(_))
    }

    pub(super) fn name(&self) -> String {
        self.location.with(Some(&self.reference))
    }

    pub(super) fn by_digest(&self) -> String {
        self.location.with(Some(&self.digest.into()))
    }

    /// What will be gone, for people.
    pub(super) fn told(&self) -> String {
        if self.is_tag() {
            return format!("tag {}; its manifest {} stays", self.name(), self.digest);
        }
        match self.tags.as_slice() {
            [] => format!("manifest {}, which has no tag", self.name()),
            tags => format!("manifest {} with its tags {}", self.name(), names(tags)),
        }
    }

    /// The tags that point at the manifest, but the one that was named, as far as they are looked at.
    pub(super) async fn find_tags(&self) -> TransportResult<Vec<Tag>> {
        let mut tags = self.source.tags().await?;
        tags.sort_unstable();
        tags.retain(|tag| TagOrDigest::Tag(tag.clone()) != self.reference);
        if tags.len() > LOOKED_AT {
            tracing::warn!(place = %self.location, "only {LOOKED_AT} of {} tags are looked at", tags.len());
            tags.truncate(LOOKED_AT);
        }
        let seen = tags.into_iter().map(|tag| async {
            let seen = self.source.resolve(&TagOrDigest::Tag(tag.clone())).await;
            match seen {
                Ok(seen) => Ok((seen.digest == self.digest).then_some(tag)),
                Err(error) if error.is_not_found() => Ok(None),
                Err(error) => Err(error),
            }
        });
        stream::iter(seen).buffered(PARALLEL).try_filter_map(|tag| async { Ok(tag) }).try_collect().await
    }

    pub(super) async fn delete(&self, context: &Context) -> TransportResult<Deleted> {
        let target = match context.places() {
            Ok(places) => places.target(&self.location).await?,
            // They have been made to find it.
            Err(_) => return Ok(Deleted::NotThere),
        };
        let deleted = target.delete(&self.reference).await?;
        target.close().await?;
        Ok(deleted)
    }
}

/// Tags in one line.
pub(super) fn names(tags: &[Tag]) -> String {
    let mut names: Vec<String> = tags.iter().take(NAMED).map(ToString::to_string).collect();
    if tags.len() > NAMED {
        names.push(format!("and {} more", tags.len() - NAMED));
    }
    names.join(", ")
}
