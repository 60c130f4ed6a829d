//! A repository of a registry, with the mirrors that stand in for it.

use std::sync::Arc;

use portolan_oci::{Descriptor, Digest, RawManifest, Registry, RepositoryName, TagOrDigest};

use super::RegistryClient;
use super::blob::{Opened, read_blob};
use super::holder::Holder;
use crate::{BlobRead, Location, Reads, TransportError, TransportResult};

/// A repository of a registry: a [`Source`](crate::Source) and a [`Target`](crate::Target).
#[derive(Clone)]
pub struct RegistryRepository {
    holders: Arc<Holders>,
}

/// The hosts that hold a repository.
pub(super) struct Holders {
    location: Location,
    mirrors: Vec<Holder>,
    origin: Holder,
}

impl RegistryRepository {
    pub(super) fn new(
        (registry, repository): (&Registry, &RepositoryName),
        mirrors: Vec<Holder>,
        origin: Holder,
    ) -> Self {
        let location = Location::Registry(registry.clone(), repository.clone());
        Self { holders: Arc::new(Holders { location, mirrors, origin }) }
    }

    /// The client of the registry itself, for what it has learnt.
    pub fn client(&self) -> &RegistryClient {
        &self.holders.origin.client
    }

    pub(super) fn place(&self) -> &Location {
        &self.holders.location
    }

    /// The registry itself.
    pub(super) fn origin(&self) -> &Holder {
        &self.holders.origin
    }

    /// Who is asked for lists: the registry itself, or what stands in for it as a whole.
    pub(super) fn lister(&self) -> &Holder {
        let Holders { mirrors, origin, .. } = &*self.holders;
        match (origin.reads, mirrors.last()) {
            (Reads::Nothing, Some(location)) => location,
            _ => origin,
        }
    }

    pub(super) async fn read_manifest_anywhere(
        &self,
        reference: &TagOrDigest,
    ) -> TransportResult<RawManifest> {
        let mut refused = None;
        for holder in self.holders.reading(reference) {
            match holder.manifest(reference).await {
                Ok(manifest) => return Ok(manifest),
                Err(error) => refused = Some(holder.pass_on(error)),
            }
        }
        Err(refused.unwrap_or_else(|| self.holders.nobody(reference)))
    }

    pub(super) async fn resolve_anywhere(&self, reference: &TagOrDigest) -> TransportResult<Descriptor> {
        let mut refused = None;
        for holder in self.holders.reading(reference) {
            match holder.resolve(reference).await {
                Ok(descriptor) => return Ok(descriptor),
                Err(error) => refused = Some(holder.pass_on(error)),
            }
        }
        Err(refused.unwrap_or_else(|| self.holders.nobody(reference)))
    }

    pub(super) async fn read_blob(&self, blob: &Descriptor, offset: u64) -> TransportResult<BlobRead> {
        read_blob(Arc::clone(&self.holders), blob.digest, blob.size, offset).await
    }
}

impl Holders {
    pub(super) fn origin(&self) -> &Holder {
        &self.origin
    }

    /// Who is asked, in this order.
    fn reading(&self, reference: &TagOrDigest) -> impl Iterator<Item = &Holder> {
        self.mirrors
            .iter()
            .filter(|mirror| mirror.is_ready())
            .chain([&self.origin])
            .filter(move |holder| holder.reads.covers(reference))
    }

    pub(super) async fn open_blob(&self, digest: &Digest, size: u64, offset: u64) -> TransportResult<Opened> {
        let reference = TagOrDigest::Digest(*digest);
        let mut refused = None;
        for holder in self.reading(&reference) {
            match holder.open_blob(digest, size, offset).await {
                Ok(opened) => return Ok(opened),
                Err(error) => refused = Some(holder.pass_on(error)),
            }
        }
        Err(refused.unwrap_or_else(|| self.nobody(&reference)))
    }

    fn nobody(&self, reference: &TagOrDigest) -> TransportError {
        TransportError::NotFound { what: self.location.with(Some(reference)) }
    }
}
