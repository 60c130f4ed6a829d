//! Reading a layout: entries, manifests, referrers.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use portolan_oci::{Descriptor, Digest, MAX_MANIFEST_BYTES, MediaType, RawManifest, Tag, TagOrDigest};

use super::names::{self, Naming};
use super::{Files, IndexJson};
use crate::{BlobRead, Location, Referrers, ReferrersVia, TransportError, TransportResult};

/// How many manifests' facts are remembered; more than that and all are forgotten.
const REMEMBERED: usize = 65_536;

/// What a layout, or an archive that is one, has to say.
pub(crate) struct Contents<F> {
    location: Location,
    files: F,
    /// What was found out about manifests. Content never changes, so neither do these.
    facts: Mutex<HashMap<Digest, Arc<Facts>>>,
}

/// What is worth remembering of a manifest.
struct Facts {
    /// What it refers to, and how it stands in that one's list.
    referrer: Option<(Digest, Descriptor)>,
}

impl<F: Files> Contents<F> {
    pub(crate) fn new(location: Location, files: F) -> Self {
        Self { location, files, facts: Mutex::default() }
    }

    pub(crate) fn location(&self) -> &Location {
        &self.location
    }

    pub(crate) fn files(&self) -> &F {
        &self.files
    }

    /// A name for errors.
    fn what(&self, reference: &TagOrDigest) -> String {
        self.location.with(Some(reference))
    }

    fn not_found(&self, reference: &TagOrDigest) -> TransportError {
        TransportError::NotFound { what: self.what(reference) }
    }

    /// Reads and checks the manifest that `reference` points at.
    pub(crate) async fn manifest(&self, reference: &TagOrDigest) -> TransportResult<RawManifest> {
        let index = self.files.index().await?;
        let (digest, media_type) = match reference {
            TagOrDigest::Digest(digest) => {
                let entry = index.descriptors().find(|entry| entry.digest == *digest);
                (*digest, entry.map(|entry| entry.media_type.clone()))
            }
            TagOrDigest::Tag(tag) => {
                let entry = self.by_tag(&index, tag)?.ok_or_else(|| self.not_found(reference))?;
                (entry.digest, Some(entry.media_type.clone()))
            }
        };
        let bytes = self.files.read(&digest, MAX_MANIFEST_BYTES + 1).await?;
        let bytes = bytes.ok_or_else(|| self.not_found(reference))?;
        RawManifest::with_digest(bytes, media_type.as_ref(), digest)
            .map_err(|cause| TransportError::raw_manifest(self.what(reference), cause))
    }

    /// As [`manifest`](Self::manifest), but what is not there is `None`.
    pub(crate) async fn find(&self, reference: &TagOrDigest) -> TransportResult<Option<RawManifest>> {
        match self.manifest(reference).await {
            Ok(manifest) => Ok(Some(manifest)),
            Err(TransportError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The entry of a tag: the one that has it exactly, else the one whose full name ends in it.
    fn by_tag<'a>(&self, index: &'a IndexJson, tag: &Tag) -> TransportResult<Option<&'a Descriptor>> {
        for wanted in [Naming::Exact, Naming::EndOfName] {
            let mut found = index.descriptors().filter(|entry| names::named(entry, tag) == Some(wanted));
            let Some(first) = found.next() else { continue };
            let others: Vec<_> = found.filter(|entry| entry.digest != first.digest).collect();
            if others.is_empty() {
                return Ok(Some(first));
            }
            let names: Vec<_> = std::iter::once(first)
                .chain(others)
                .map(|entry| format!("{} ({})", names::display_name(entry).unwrap_or_default(), entry.digest))
                .collect();
            return Err(TransportError::Rejected {
                what: self.what(&tag.clone().into()),
                message: format!(
                    "several images go by this tag, name one by its digest: {}",
                    names.join(", ")
                ),
            });
        }
        Ok(None)
    }

    /// All tags that something goes by.
    pub(crate) async fn tags(&self) -> TransportResult<Vec<Tag>> {
        let index = self.files.index().await?;
        let mut seen = HashSet::new();
        let tags = index.descriptors().flat_map(names::tags).map(|(tag, _)| tag);
        Ok(tags.filter(|tag| seen.insert(tag.clone())).collect())
    }

    /// The bytes of a blob from an offset on.
    pub(crate) async fn blob(&self, blob: &Descriptor, offset: u64) -> TransportResult<BlobRead> {
        self.files.stream(&blob.digest, offset).await?.ok_or_else(|| TransportError::NotFound {
            what: format!("blob {} in {}", blob.digest, self.location),
        })
    }

    /// Whether the blob is there with the right size.
    pub(crate) async fn has_blob(&self, blob: &Descriptor) -> TransportResult<bool> {
        Ok(self.files.size(&blob.digest).await? == Some(blob.size))
    }

    /// What refers to `subject`: the entries that say so themselves, and what the index under the fallback tag
    /// lists, if there is one.
    pub(crate) async fn referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&MediaType>,
    ) -> TransportResult<Referrers> {
        let mut found = BTreeMap::new();
        for entry in self.files.index().await?.descriptors() {
            if let Some((of, descriptor)) = &self.facts(entry).await?.referrer
                && of == subject
            {
                found.insert(descriptor.digest, descriptor.clone());
            }
        }
        let fallback = self.find(&subject.fallback_tag().into()).await?;
        for listed in fallback.iter().flat_map(|index| index.parsed().children()) {
            found.entry(listed.digest).or_insert_with(|| listed.clone());
        }
        let mut descriptors: Vec<_> = found.into_values().collect();
        if artifact_type.is_some() {
            descriptors.retain(|found| found.artifact_type.as_ref() == artifact_type);
        }
        let via = match fallback {
            Some(index) => ReferrersVia::FallbackTag(Box::new(index)),
            None => ReferrersVia::Api,
        };
        Ok(Referrers { descriptors, via })
    }

    /// The one image that is meant when none is named: the only one with a name, else the only one that does
    /// not belong to another as its referrer, signature or list of referrers.
    ///
    /// # Errors
    /// `NotFound` if there is none; `Rejected`, listing the tags, if there are several.
    pub(crate) async fn only_image(&self) -> TransportResult<Descriptor> {
        let index = self.files.index().await?;
        let (mut named, mut unnamed) = (BTreeMap::new(), BTreeMap::new());
        for entry in index.descriptors() {
            if names::tags(entry).any(|(tag, _)| !names::is_companion(&tag)) {
                named.insert(entry.digest, entry);
            } else if names::tags(entry).next().is_none() && self.facts(entry).await?.referrer.is_none() {
                unnamed.insert(entry.digest, entry);
            }
        }
        let candidates = if named.is_empty() { unnamed } else { named };
        let mut entries = candidates.into_values();
        match (entries.next(), entries.len()) {
            (Some(only), 0) => Ok(Descriptor::new(only.media_type.clone(), only.digest, only.size)),
            (None, _) => Err(TransportError::NotFound { what: format!("an image in {}", self.location) }),
            (Some(first), _) => {
                let names = std::iter::once(first).chain(entries).map(|entry| {
                    names::tags(entry)
                        .next()
                        .map_or_else(|| entry.digest.to_string(), |(tag, _)| tag.to_string())
                });
                Err(TransportError::Rejected {
                    what: format!("{} without a tag", self.location),
                    message: format!(
                        "it holds several images, name one: {}",
                        names.collect::<Vec<_>>().join(", ")
                    ),
                })
            }
        }
    }

    /// Reads an entry once. An entry that cannot be read refers to nothing.
    async fn facts(&self, entry: &Descriptor) -> TransportResult<Arc<Facts>> {
        if let Some(known) = self.facts.lock().unwrap_or_else(PoisonError::into_inner).get(&entry.digest) {
            return Ok(Arc::clone(known));
        }
        let Some(bytes) = self.files.read(&entry.digest, MAX_MANIFEST_BYTES + 1).await? else {
            return Ok(Arc::new(Facts { referrer: None }));
        };
        let manifest = RawManifest::with_digest(bytes, Some(&entry.media_type), entry.digest).ok();
        let referrer = manifest
            .and_then(|manifest| Some((manifest.parsed().subject()?.digest, manifest.referrer_descriptor())));
        let facts = Arc::new(Facts { referrer });
        let mut remembered = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= REMEMBERED {
            remembered.clear();
        }
        remembered.insert(entry.digest, Arc::clone(&facts));
        Ok(facts)
    }
}
