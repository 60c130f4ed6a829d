//! What counts of all that was recorded: of each manifest and tag the line with the highest revision.

use std::collections::{HashMap, HashSet};

use futures::TryStreamExt as _;
use portolan_catalog::{By, Content, RestoredTag};
use portolan_oci::{Digest, RepositoryName, Tag};

use super::batches::Batches;
use super::{RebuildError, Rebuilt};
use crate::{BlobKey, ReadRecord, Record, RecordKeeper, SnapshotIs};

/// How many repositories go on in one transaction.
const REPOSITORIES: usize = 400;

/// What counts, without the bytes of manifests.
#[derive(Debug, Default)]
pub(super) struct Index {
    repositories: HashMap<RepositoryName, Repository>,
    pub(super) damaged: HashSet<BlobKey>,
    /// Where lines come from that are read now.
    reading: Origin,
    /// The snapshots that were begun.
    snapshots: Origin,
    /// Of which repositories the one that is read now says all, and up to which revisions.
    said: Vec<(RepositoryName, u64)>,
}

/// Where a line stands: in the snapshot of this number, the oldest being 1; 0 is elsewhere.
type Origin = u32;

/// What counts of one repository.
#[derive(Debug, Default)]
pub(super) struct Repository {
    /// The highest revision of all lines.
    revision: u64,
    manifests: HashMap<Digest, (Manifest, Origin)>,
    tags: HashMap<Tag, (RestoredTag, Origin)>,
    /// The newest snapshot that says all there was at a revision, and that revision.
    all: Option<(Origin, u64)>,
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
                ReadRecord::SnapshotBegins => index.begin_snapshot(),
                ReadRecord::SnapshotEnds(is) => index.end_snapshot(is),
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
        index.repositories.values_mut().for_each(Repository::forget_what_was_over);
        Ok(index)
    }

    fn begin_snapshot(&mut self) {
        self.snapshots += 1;
        self.reading = self.snapshots;
    }

    /// One that could not be read whole does not tell what was over.
    fn end_snapshot(&mut self, is: SnapshotIs) {
        let said = std::mem::take(&mut self.said);
        let snapshot = std::mem::take(&mut self.reading);
        if is == SnapshotIs::Whole {
            for (name, revision) in said {
                self.repository(name, revision).all = Some((snapshot, revision));
            }
        }
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
                let origin = self.reading;
                self.repository(repository.clone(), revision).tag(&tag, origin);
                Some((repository, tag))
            }
            Record::Repository { repository, revision } => {
                self.repository(repository.clone(), revision);
                self.said.push((repository, revision));
                None
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
        let origin = self.reading;
        let repository = self.repository(repository, manifest.revision());
        let last = repository.manifests.entry(digest).or_insert((manifest, origin));
        if (last.0.revision(), last.1) < (manifest.revision(), origin) {
            *last = (manifest, origin);
        }
    }

    /// Whether this line has the manifest as it is to be restored.
    pub(super) fn counts(&self, repository: &RepositoryName, digest: &Digest, revision: u64) -> bool {
        let last = self.repositories.get(repository).and_then(|repository| repository.manifests.get(digest));
        last.is_some_and(|(last, _)| *last == Manifest::ToBeSeen { revision })
    }

    /// The manifest is restored: other lines that have it do not count any more.
    pub(super) fn restored(&mut self, repository: &RepositoryName, digest: Digest) {
        if let Some(repository) = self.repositories.get_mut(repository) {
            repository.manifests.insert(digest, (Manifest::Restored, 0));
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
    fn tag(&mut self, tag: &RestoredTag, origin: Origin) {
        match self.tags.get_mut(&tag.name) {
            Some((last, of)) if (last.revision, *of) >= (tag.revision, origin) => {}
            Some(last) => *last = (tag.clone(), origin),
            None => {
                self.tags.insert(tag.name.clone(), (tag.clone(), origin));
            }
        }
    }

    /// Forgets what was no more when all there was was written down. Its deletion may stand nowhere any more.
    fn forget_what_was_over(&mut self) {
        let Some((snapshot, all)) = self.all else { return };
        let counts = |revision: u64, origin: Origin| revision > all || origin >= snapshot;
        self.manifests.retain(|_, (manifest, origin)| counts(manifest.revision(), *origin));
        self.tags.retain(|_, (tag, origin)| counts(tag.revision, *origin));
    }

    /// What happened to each tag last.
    pub(super) fn tags(&self) -> impl Iterator<Item = &RestoredTag> {
        self.tags.values().map(|(tag, _)| tag)
    }

    /// Whether the manifest was deleted after this revision: what named it names nothing.
    pub(super) fn deleted_since(&self, digest: &Digest, revision: u64) -> bool {
        matches!(self.manifests.get(digest), Some((Manifest::Deleted { revision: deleted }, _)) if *deleted >= revision)
    }

    /// How many manifests are restored.
    pub(super) fn restored(&self) -> u64 {
        self.manifests.values().filter(|(manifest, _)| *manifest == Manifest::Restored).count() as u64
    }
}
