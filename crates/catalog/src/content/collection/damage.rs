//! Blobs whose bytes are wrong.

use std::collections::{BTreeSet, HashSet};

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_oci::{Digest, RepositoryName, Tag};
use sea_orm::DatabaseTransaction;

use super::super::Content;
use super::super::blob_state::BlobState;
use super::{BATCH, BlobGeneration, locked};
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// What became of a blob whose bytes were found wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkDamaged {
    /// Nobody reads it until it is pushed again. Its file is to be set aside.
    Marked,
    /// Meanwhile its bytes are elsewhere, or it has none.
    Elsewhere,
}

/// An image that a damaged blob breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Its repository.
    pub repository: RepositoryName,
    /// The manifest that needs the blob.
    pub manifest: Digest,
    /// A tag that names it, or an index that it is in; an image with several tags is told several times.
    pub tag: Option<Tag>,
}

struct Mark {
    blob: BlobGeneration,
    now: i64,
}

struct Settle {
    digests: Vec<Digest>,
    before: Timestamp,
    now: i64,
}

pub(in crate::content) const BROKEN: &str = "SELECT r.name, m.digest, t.name FROM content_part p \
    JOIN content_manifest m ON m.id = p.manifest_id AND m.deleted_at IS NULL \
    JOIN content_repository r ON r.id = m.repository_id \
    LEFT JOIN content_tag t ON t.manifest_id = m.id WHERE p.digest = ? ORDER BY m.id, t.name";

/// The tags of a manifest.
const TAGS: &str = "SELECT t.name FROM content_repository r \
    JOIN content_manifest m ON m.repository_id = r.id AND m.digest = ? \
    JOIN content_tag t ON t.manifest_id = m.id WHERE r.name = ?";

const DAMAGED: &str =
    "SELECT digest FROM content_blob WHERE state = ? AND state_at < ? AND digest > ? ORDER BY digest LIMIT ?";

impl Content {
    /// Marks a blob as damaged, if its bytes are still those that were found wrong.
    ///
    /// # Errors
    /// As any write.
    pub async fn mark_damaged(&self, blob: BlobGeneration) -> Result<MarkDamaged, CatalogError> {
        self.writer.write(Mark { blob, now: stored::now() }).await
    }

    /// The images that need this blob.
    ///
    /// # Errors
    /// As any read.
    pub async fn broken_by(&self, blob: &Digest) -> Result<Vec<Broken>, CatalogError> {
        let mut broken: Vec<Broken> = Vec::new();
        for needing in self.needing(blob).await? {
            let told = broken.last().is_some_and(|last| {
                (&last.repository, last.manifest) == (&needing.repository, needing.manifest)
            });
            if !told {
                broken.extend(self.images_of(&needing).await?);
            }
        }
        Ok(broken)
    }

    /// The images that a manifest is, or is in: one without tag if nothing names it.
    async fn images_of(&self, manifest: &Broken) -> Result<Vec<Broken>, CatalogError> {
        let tags = self.tags_of(manifest).await?;
        if tags.is_empty() {
            return Ok(vec![manifest.clone()]);
        }
        Ok(tags.into_iter().map(|tag| Broken { tag: Some(tag), ..manifest.clone() }).collect())
    }

    /// The tags of a manifest and of the indexes that it is in, however deep.
    async fn tags_of(&self, manifest: &Broken) -> Result<BTreeSet<Tag>, CatalogError> {
        let values = [manifest.manifest.to_stored().into(), manifest.repository.as_str().into()];
        let rows = sql::all(&self.readers().await?, TAGS, values).await?;
        let mut tags: BTreeSet<Tag> =
            rows.iter().map(|row| row.parsed(0, "tag")).collect::<Result<_, _>>()?;
        let (mut seen, mut below) = (HashSet::from([manifest.manifest]), vec![manifest.manifest]);
        while let Some(digest) = below.pop() {
            let above = self.needing(&digest).await?;
            for index in above.into_iter().filter(|index| index.repository == manifest.repository) {
                tags.extend(index.tag);
                if seen.insert(index.manifest) {
                    below.push(index.manifest);
                }
            }
        }
        Ok(tags)
    }

    /// The manifests that name this, and their tags.
    async fn needing(&self, part: &Digest) -> Result<Vec<Broken>, CatalogError> {
        let rows = sql::all(&self.readers().await?, BROKEN, [part.to_stored().into()]).await?;
        let read = |row: &sql::Row| {
            let tag = row.get::<Option<String>>(2)?.map(|tag| tag.parse()).transpose();
            let tag = tag.map_err(|error| CatalogError::damaged("tag", error))?;
            Ok(Broken { repository: row.parsed(0, "repository")?, manifest: row.digest(1)?, tag })
        };
        rows.iter().map(read).collect()
    }

    /// Gives up blobs that are damaged since before this time and have no link, of up to 256 after this one.
    ///
    /// # Errors
    /// As any write.
    pub async fn settle_damaged(
        &self,
        damaged_before: Timestamp,
        after: Option<&Digest>,
    ) -> Result<super::Batch<Digest>, CatalogError> {
        let beyond = after.map(Digest::to_stored).unwrap_or_default();
        let limit = stored::count("number of blobs", BATCH as u64)?;
        let values = [
            BlobState::Damaged.number().into(),
            damaged_before.as_microsecond().into(),
            beyond.into(),
            limit.into(),
        ];
        let rows = sql::all(&self.readers().await?, DAMAGED, values).await?;
        let digests: Vec<Digest> = rows.iter().map(|row| row.digest(0)).collect::<Result<_, _>>()?;
        let next = digests.last().copied().filter(|_| digests.len() == BATCH);
        if digests.is_empty() {
            return Ok(super::Batch { done: 0, next });
        }
        let settle = Settle { digests, before: damaged_before, now: stored::now() };
        Ok(super::Batch { done: self.writer.write(settle).await?, next })
    }
}

#[async_trait]
impl Operation for Mark {
    type Reply = MarkDamaged;
    const NAME: &'static str = "mark_damaged";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<MarkDamaged, CatalogError> {
        let sql = "UPDATE content_blob SET state = ?, state_at = ? \
            WHERE digest = ? AND generation = ? AND state IN (?, ?)";
        let values = [
            BlobState::Damaged.number().into(),
            self.now.into(),
            self.blob.digest.to_stored().into(),
            stored::count("generation", self.blob.generation)?.into(),
            BlobState::Live.number().into(),
            BlobState::Condemned.number().into(),
        ];
        let marked = sql::execute(transaction, sql, values).await?;
        Ok(if marked > 0 { MarkDamaged::Marked } else { MarkDamaged::Elsewhere })
    }
}

#[async_trait]
impl Operation for Settle {
    type Reply = u64;
    const NAME: &'static str = "settle_damaged";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<u64, CatalogError> {
        let blobs = locked::lock(transaction, &self.digests, (BlobState::Damaged, self.before)).await?;
        let linked = locked::linked(transaction, &blobs).await?;
        let unlinked = blobs.iter().map(|blob| blob.digest).filter(|digest| !linked.contains(digest));
        locked::turn(transaction, unlinked, (BlobState::Gone, self.now)).await
    }
}
