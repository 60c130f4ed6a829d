//! Going back to what a tag named before.

use std::collections::BTreeSet;

use async_trait::async_trait;
use portolan_oci::{Digest, MediaType, RawManifest, RepositoryName, Tag};
use sea_orm::DatabaseTransaction;

use super::manifest_rows::ManifestRows;
use super::put_manifest::{Found, Putting, missing};
use super::repository::{self, Locked};
use super::{Children, Content, FoundManifest, StoredManifest, tag_rows};
use crate::changes::{By, NewChanges};
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// What a tag is to name again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollBack {
    /// The tag.
    pub tag: Tag,
    /// What it named.
    pub to: RollBackTo,
    /// Whether the manifests that an index names have to be there.
    pub children: Children,
}

/// Which of the images that a tag named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RollBackTo {
    /// The one of this digest.
    Digest(Digest),
    /// The one that it named at this revision of the repository.
    Revision(u64),
}

/// What became of a tag that was to be rolled back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RolledBack {
    /// It names the image again.
    Stored {
        /// What changed of it.
        stored: StoredManifest,
        /// The image.
        image: FoundManifest,
        /// The manifests below it that had been deleted and are to be seen again.
        children: Vec<FoundManifest>,
    },
    /// It names that image.
    Unchanged,
    /// It named nothing then, or never that image.
    NeverNamed,
    /// Of the image, these blobs or manifests are no longer kept.
    NotKept(Vec<Digest>),
}

struct Operate {
    repository: RepositoryName,
    to: RollBack,
    by: By,
    now: i64,
}

impl Content {
    /// Lets a tag name again what it named before. What was deleted of that image is to be seen again, as far as
    /// it is kept.
    ///
    /// # Errors
    /// As any write.
    pub async fn roll_back(
        &self,
        repository: &RepositoryName,
        to: &RollBack,
        by: &By,
    ) -> Result<RolledBack, CatalogError> {
        let (repository, by) = (repository.clone(), by.clone());
        self.writer.write(Operate { repository, to: to.clone(), by, now: stored::now() }).await
    }
}

#[async_trait]
impl Operation for Operate {
    type Reply = RolledBack;
    const NAME: &'static str = "roll_back";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<RolledBack, CatalogError> {
        let Some(mut repository) = repository::lock(transaction, &self.repository).await? else {
            return Ok(RolledBack::NeverNamed);
        };
        let Some(digest) = self.meant(transaction, repository.id).await? else {
            return Ok(RolledBack::NeverNamed);
        };
        let tags = BTreeSet::from([self.to.tag.clone()]);
        let named = tag_rows::named(transaction, repository.id, &tags).await?;
        if named.get(&self.to.tag) == Some(&digest) {
            return Ok(RolledBack::Unchanged);
        }
        let (image, children) = match self.kept(transaction, &repository, digest).await? {
            Kept::Whole(image, children) => (image, children),
            Kept::Lacks(missing) => return Ok(RolledBack::NotKept(missing)),
        };
        let revision = repository.advance()?;
        let mut changes = NewChanges::of(repository.id, revision, self.now);
        let none = BTreeSet::new();
        for rows in &children {
            let putting = Putting { rows, tags: &none, by: &self.by, now: self.now };
            let found = putting.find(transaction, repository.id).await?;
            putting.show(transaction, &mut repository, (found, &mut changes)).await?;
        }
        let putting = Putting { rows: &image, tags: &tags, by: &self.by, now: self.now };
        let found = putting.find(transaction, repository.id).await?;
        let stored = putting.write(transaction, &mut repository, (found, &named, &mut changes)).await?;
        repository.save(transaction).await?;
        changes.append(transaction, &self.by).await?;
        let children = children.into_iter().map(ManifestRows::into_found).collect();
        Ok(RolledBack::Stored { stored, image: image.into_found(), children })
    }
}

/// What is kept of an image.
enum Kept {
    /// All: its manifest, and those below it that were deleted, children first.
    Whole(Box<ManifestRows>, Vec<ManifestRows>),
    /// Not these blobs or manifests.
    Lacks(Vec<Digest>),
}

impl Operate {
    /// The digest that is to be named again.
    async fn meant(
        &self,
        transaction: &DatabaseTransaction,
        repository: i64,
    ) -> Result<Option<Digest>, CatalogError> {
        let tag = self.to.tag.as_str();
        let row = match self.to.to {
            RollBackTo::Digest(digest) => {
                let sql = "SELECT digest FROM content_tag_event \
                    WHERE repository_id = ? AND name = ? AND digest = ? LIMIT 1";
                sql::one(transaction, sql, [repository.into(), tag.into(), digest.to_stored().into()]).await?
            }
            RollBackTo::Revision(revision) => {
                let sql = "SELECT digest FROM content_tag_event \
                    WHERE repository_id = ? AND name = ? AND revision <= ? ORDER BY revision DESC LIMIT 1";
                let revision = stored::count("revision", revision)?;
                sql::one(transaction, sql, [repository.into(), tag.into(), revision.into()]).await?
            }
        };
        row.map_or(Ok(None), |row| row.digest_or_none(0))
    }

    /// What of the image is kept, level by level.
    async fn kept(
        &self,
        transaction: &DatabaseTransaction,
        repository: &Locked,
        digest: Digest,
    ) -> Result<Kept, CatalogError> {
        let Some((image, _)) = read(transaction, repository.id, digest).await? else {
            return Ok(Kept::Lacks(vec![digest]));
        };
        let mut lacking = missing(transaction, Some(repository), &image, Children::MayBeAbsent).await?;
        let (mut children, mut level) = (Vec::new(), image.children.clone());
        let mut seen = BTreeSet::from([digest]);
        while !level.is_empty() {
            let mut below = Vec::new();
            for child in level {
                if !seen.insert(child) {
                    continue;
                }
                match read(transaction, repository.id, child).await? {
                    Some((_, Found::There(_))) => {}
                    Some((rows, _)) => {
                        lacking.extend(
                            missing(transaction, Some(repository), &rows, Children::MayBeAbsent).await?,
                        );
                        below.extend(&rows.children);
                        children.push(rows);
                    }
                    None if self.to.children == Children::Required => lacking.push(child),
                    None => {}
                }
            }
            level = below;
        }
        children.reverse();
        Ok(if lacking.is_empty() { Kept::Whole(Box::new(image), children) } else { Kept::Lacks(lacking) })
    }
}

/// A manifest that is kept, deleted or not.
async fn read(
    transaction: &DatabaseTransaction,
    repository: i64,
    digest: Digest,
) -> Result<Option<(ManifestRows, Found)>, CatalogError> {
    let sql = "SELECT id, deleted_at, media_type, body FROM content_manifest \
        WHERE repository_id = ? AND digest = ?";
    let key = [repository.into(), digest.to_stored().into()];
    let Some(row) = sql::one(transaction, sql, key).await? else { return Ok(None) };
    let id = row.get(0)?;
    let found = if row.get::<Option<i64>>(1)?.is_some() { Found::Deleted(id) } else { Found::There(id) };
    let media_type: MediaType = row.parsed(2, "media type")?;
    let raw = RawManifest::with_digest(row.get::<Vec<u8>>(3)?.into(), Some(&media_type), digest)
        .map_err(|error| CatalogError::damaged("manifest", error))?;
    Ok(Some((ManifestRows::of(&raw)?, found)))
}
