//! What counts of all that was recorded: of each manifest and tag the line with the highest revision.

use std::collections::{HashMap, HashSet};

use futures::TryStreamExt as _;
use portolan_catalog::{By, Content, RestoredTag};
use portolan_oci::{Digest, RepositoryName, Tag};

use super::batches::Batches;
use super::{RebuildError, Rebuilt};
use crate::{BlobKey, ReadRecord, Record, RecordKeeper};

/// How many repositories go on in one transaction.
const REPOSITORIES: usize = 400;

/// What counts, without the bytes of manifests.
#[derive(Debug, Default)]
pub(super) struct Index {
    repositories: HashMap<RepositoryName, Repository>,
    pub(super) damaged: HashSet<BlobKey>,
}

/// What counts of one repository.
#[derive(Debug, Default)]
pub(super) struct Repository {
    /// The highest revision of all lines.
    revision: u64,
    manifests: HashMap<Digest, Manifest>,
    pub(super) tags: HashMap<Tag, RestoredTag>,
}

/// What a manifest is by its last line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manifest {
    ToBeSeen { revision: u64 },
    Deleted { revision: u64 },
    Restored,
}

impl Manifest {
    fn revision(self) -> u64 {
        match self {
            Self::ToBeSeen { revision } | Self::Deleted { revision } => revision,
            Self::Restored => u64::MAX,
        }
    }
}

impl Index {
    /// Reads all records. What happened to tags goes straight into the catalogue: all of it counts.
    pub(super) async fn read(
        records: &dyn RecordKeeper,
        content: &Content,
        rebuilt: &mut Rebuilt,
    ) -> Result<Self, RebuildError> {
        let (mut index, mut events) = (Self::default(), Batches::new());
        let mut lines = records.read_all();
        while let Some(line) = lines.try_next().await? {
            match line {
                ReadRecord::Unreadable { file, line } => rebuilt.unreadable.push((file, line)),
                ReadRecord::Record(record) => {
                    let Some((repository, event)) = index.take_in(record) else { continue };
                    for (repository, events) in events.add(repository, event, 0) {
                        content.restore_tag_events(&repository, events).await?;
                    }
                }
            }
        }
        for (repository, events) in events.take() {
            content.restore_tag_events(&repository, events).await?;
        }
        Ok(index)
    }

    /// Takes a line in. What happened to a tag is returned.
    fn take_in(&mut self, record: Record) -> Option<(RepositoryName, RestoredTag)> {
        match record {
            Record::Manifest { repository, revision, digest, .. } => {
                self.manifest(repository, digest, Manifest::ToBeSeen { revision });
                None
            }
            Record::ManifestDeleted { repository, revision, digest, .. } => {
                self.manifest(repository, digest, Manifest::Deleted { revision });
                None
            }
            Record::Tag { repository, revision, name, digest, at, cause, actor } => {
                let tag = RestoredTag { name, revision, digest, at, by: By::new(cause, actor) };
                self.repository(repository.clone(), revision).tag(&tag);
                Some((repository, tag))
            }
            Record::Damaged { digest, generation, .. } => {
                self.damaged.insert(BlobKey { digest, generation });
                None
            }
        }
    }

    fn repository(&mut self, name: RepositoryName, revision: u64) -> &mut Repository {
        let repository = self.repositories.entry(name).or_default();
        repository.revision = repository.revision.max(revision);
        repository
    }

    fn manifest(&mut self, repository: RepositoryName, digest: Digest, manifest: Manifest) {
        let repository = self.repository(repository, manifest.revision());
        let last = repository.manifests.entry(digest).or_insert(manifest);
        if last.revision() < manifest.revision() {
            *last = manifest;
        }
    }

    /// Whether this line has the manifest as it is to be restored.
    pub(super) fn counts(&self, repository: &RepositoryName, digest: &Digest, revision: u64) -> bool {
        let last = self.repositories.get(repository).and_then(|repository| repository.manifests.get(digest));
        last == Some(&Manifest::ToBeSeen { revision })
    }

    /// The manifest is restored: other lines that have it do not count any more.
    pub(super) fn restored(&mut self, repository: &RepositoryName, digest: Digest) {
        if let Some(repository) = self.repositories.get_mut(repository) {
            repository.manifests.insert(digest, Manifest::Restored);
        }
    }

    pub(super) fn repositories(&self) -> impl Iterator<Item = (&RepositoryName, &Repository)> {
        self.repositories.iter()
    }

    /// From which revisions repositories go on: what was committed and never recorded may have had the next one.
    pub(super) fn revisions(&self) -> impl Iterator<Item = Vec<(RepositoryName, u64)>> {
        let next = |(name, repository): (&RepositoryName, &Repository)| {
            (name.clone(), repository.revision.saturating_add(1))
        };
        let all: Vec<_> = self.repositories.iter().map(next).collect();
        let mut rest = all.into_iter();
        std::iter::from_fn(move || {
            let some: Vec<_> = rest.by_ref().take(REPOSITORIES).collect();
            (!some.is_empty()).then_some(some)
        })
    }
}

impl Repository {
    fn tag(&mut self, tag: &RestoredTag) {
        match self.tags.get_mut(&tag.name) {
            Some(last) if last.revision >= tag.revision => {}
            Some(last) => *last = tag.clone(),
            None => {
                self.tags.insert(tag.name.clone(), tag.clone());
            }
        }
    }

    /// Whether the manifest was deleted after this revision: what named it names nothing.
    pub(super) fn deleted_since(&self, digest: &Digest, revision: u64) -> bool {
        matches!(self.manifests.get(digest), Some(Manifest::Deleted { revision: deleted }) if *deleted >= revision)
    }

    /// How many manifests are restored.
    pub(super) fn restored(&self) -> u64 {
        self.manifests.values().filter(|manifest| **manifest == Manifest::Restored).count() as u64
    }
}
