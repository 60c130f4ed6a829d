//! Putting a manifest, with its tags.

use std::collections::{BTreeSet, HashMap, HashSet};

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_oci::{Digest, RawManifest, RepositoryName, Tag};
use sea_orm::{DatabaseTransaction, Value};

use super::Content;
use super::manifest_rows::ManifestRows;
use super::repository::{self, Locked};
use super::tag_rows::{self, TagEvents};
use crate::changes::{By, ChangeKind, NewChanges};
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// A manifest that is put.
#[derive(Debug, Clone)]
pub struct NewManifest {
    /// The manifest.
    pub raw: RawManifest,
    /// The tags that name it from now on; none if it is put by digest.
    pub tags: Vec<Tag>,
    /// Whether the manifests that it names have to be here.
    pub children: Children,
}

/// Whether the manifests that an index names have to be in its repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Children {
    /// All of them.
    #[default]
    Required,
    /// An index may be sparse.
    MayBeAbsent,
}

/// What became of a manifest that was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutManifest {
    /// Something changed.
    Stored(StoredManifest),
    /// It was there, and its tags named it: nothing was written.
    Unchanged,
    /// Nothing was written, as the repository lacks these blobs or manifests.
    Missing(Vec<Digest>),
}

/// What changed when a manifest was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredManifest {
    /// The revision of the repository since then.
    pub revision: u64,
    /// When.
    pub at: Timestamp,
    /// The tags that named something else or nothing before.
    pub moved: Vec<Tag>,
    /// What there was of the manifest.
    pub manifest: ManifestWas,
}

/// What there was of a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManifestWas {
    /// Nothing.
    New,
    /// It had been deleted, and is to be seen again.
    Deleted,
    /// It was to be seen.
    There,
}

struct Put {
    repository: RepositoryName,
    rows: ManifestRows,
    tags: BTreeSet<Tag>,
    children: Children,
    by: By,
    now: i64,
}

impl Content {
    /// Stores the manifest and lets its tags name it, all or nothing. What it is made of has to be in the
    /// repository already: its configuration and layers linked (except those that may not be redistributed), the
    /// manifests of an index stored. A manifest that is there and an answer that was lost cost no write.
    ///
    /// # Errors
    /// As any write.
    pub async fn put_manifest(
        &self,
        repository: &RepositoryName,
        new: &NewManifest,
        by: &By,
    ) -> Result<PutManifest, CatalogError> {
        let tags: BTreeSet<Tag> = new.tags.iter().cloned().collect();
        if self.is_there(repository, new.raw.digest(), &tags).await? {
            return Ok(PutManifest::Unchanged);
        }
        let operation = Put {
            repository: repository.clone(),
            rows: ManifestRows::of(&new.raw)?,
            tags,
            children: new.children,
            by: by.clone(),
            now: stored::now(),
        };
        self.writer.write(operation).await
    }

    /// Whether all tags name the manifest, if they are few; without tags, whether it is to be seen.
    async fn is_there(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
        tags: &BTreeSet<Tag>,
    ) -> Result<bool, CatalogError> {
        if tags.is_empty() {
            return Ok(self.stat_manifest(repository, &(*digest).into()).await?.is_some());
        }
        if tags.len() > stored::CHUNK {
            return Ok(false);
        }
        let (marks, names) = sql::list(tags.iter().map(|tag| tag.as_str().into()));
        let sql = format!(
            "SELECT t.name FROM content_repository r JOIN content_tag t ON t.repository_id = r.id \
             WHERE r.name = ? AND t.digest = ? AND t.name IN ({marks})"
        );
        let mut values = vec![repository.as_str().into(), digest.to_stored().into()];
        values.extend(names);
        Ok(sql::all(&self.readers().await?, &sql, values).await?.len() == tags.len())
    }
}

#[async_trait]
impl Operation for Put {
    type Reply = PutManifest;
    const NAME: &'static str = "put_manifest";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<PutManifest, CatalogError> {
        let found = repository::lock(transaction, &self.repository).await?;
        let missing = missing(transaction, found.as_ref(), &self.rows, self.children).await?;
        if !missing.is_empty() {
            return Ok(PutManifest::Missing(missing));
        }
        let mut locked = match found {
            Some(locked) => locked,
            None => repository::lock_or_make(transaction, &self.repository).await?,
        };
        let putting = Putting { rows: &self.rows, tags: &self.tags, by: &self.by, now: self.now };
        putting.put(transaction, &mut locked).await
    }
}

/// What a manifest needs and its repository does not have.
pub(super) async fn missing(
    transaction: &DatabaseTransaction,
    repository: Option<&Locked>,
    rows: &ManifestRows,
    children: Children,
) -> Result<Vec<Digest>, CatalogError> {
    let children = if children == Children::Required { rows.children.as_slice() } else { &[] };
    let needed = || rows.blobs.iter().chain(children).copied();
    let Some(repository) = repository else { return Ok(needed().collect()) };
    let mut here: HashSet<Digest> = HashSet::with_capacity(rows.blobs.len() + children.len());
    let linked = "SELECT l.digest FROM content_link l JOIN content_blob b ON b.digest = l.digest AND b.state = 1 \
        WHERE l.repository_id = ? AND l.digest IN";
    let stored = "SELECT digest FROM content_manifest WHERE deleted_at IS NULL AND repository_id = ? \
        AND digest IN";
    for (sql, digests) in [(linked, rows.blobs.as_slice()), (stored, children)] {
        for chunk in digests.chunks(stored::CHUNK) {
            let (marks, list) = sql::list(sql::digests(chunk));
            let mut values: Vec<Value> = vec![repository.id.into()];
            values.extend(list);
            for row in sql::all(transaction, &format!("{sql} ({marks})"), values).await? {
                here.insert(row.digest(0)?);
            }
        }
    }
    Ok(needed().filter(|digest| !here.contains(digest)).collect())
}

/// What a repository has of a manifest: the number of its row.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found {
    Nothing,
    Deleted(i64),
    There(i64),
}

/// Putting a manifest of which all is there.
pub(super) struct Putting<'a> {
    pub(super) rows: &'a ManifestRows,
    pub(super) tags: &'a BTreeSet<Tag>,
    pub(super) by: &'a By,
    pub(super) now: i64,
}

impl Putting<'_> {
    /// Into the repository whose row is locked.
    pub(super) async fn put(
        &self,
        transaction: &DatabaseTransaction,
        repository: &mut Locked,
    ) -> Result<PutManifest, CatalogError> {
        let found = self.find(transaction, repository.id).await?;
        let named = tag_rows::named(transaction, repository.id, self.tags).await?;
        if matches!(found, Found::There(_)) && self.moving(&named).is_empty() {
            return Ok(PutManifest::Unchanged);
        }
        let revision = repository.advance()?;
        let mut changes = NewChanges::of(repository.id, revision, self.now);
        let stored = self.write(transaction, repository, (found, &named, &mut changes)).await?;
        repository.save(transaction).await?;
        changes.append(transaction, self.by).await?;
        Ok(PutManifest::Stored(stored))
    }

    /// What there is of the manifest.
    pub(super) async fn find(
        &self,
        transaction: &DatabaseTransaction,
        repository: i64,
    ) -> Result<Found, CatalogError> {
        let by_digest = "SELECT id, deleted_at FROM content_manifest WHERE repository_id = ? AND digest = ?";
        let key = [repository.into(), self.rows.digest.to_stored().into()];
        let Some(row) = sql::one(transaction, by_digest, key).await? else { return Ok(Found::Nothing) };
        let id = row.get(0)?;
        Ok(if row.get::<Option<i64>>(1)?.is_some() { Found::Deleted(id) } else { Found::There(id) })
    }

    /// Writes the manifest and the tags that name something else, at the revision to which the repository was
    /// advanced.
    pub(super) async fn write(
        &self,
        transaction: &DatabaseTransaction,
        repository: &mut Locked,
        (found, named, changes): (Found, &HashMap<Tag, Digest>, &mut NewChanges),
    ) -> Result<StoredManifest, CatalogError> {
        let (id, manifest) = self.show(transaction, repository, (found, changes)).await?;
        let moved = self.moving(named);
        self.move_tags(transaction, (repository.id, id), (repository.revision, &moved)).await?;
        for tag in &moved {
            changes.add(ChangeKind::Tag, Some(tag), [Some(self.rows.digest), named.get(tag).copied()]);
        }
        let at = stored::time(self.now)?;
        Ok(StoredManifest { revision: repository.revision, at, moved, manifest })
    }

    /// The tags that name something else, or nothing.
    fn moving(&self, named: &HashMap<Tag, Digest>) -> Vec<Tag> {
        self.tags.iter().filter(|tag| named.get(*tag) != Some(&self.rows.digest)).cloned().collect()
    }

    /// The manifest is to be seen from now on. Returns its number.
    pub(super) async fn show(
        &self,
        transaction: &DatabaseTransaction,
        repository: &mut Locked,
        (found, changes): (Found, &mut NewChanges),
    ) -> Result<(i64, ManifestWas), CatalogError> {
        let (revision, now) = (stored::count("revision", repository.revision)?, self.now);
        let shown = match found {
            Found::There(id) => return Ok((id, ManifestWas::There)),
            Found::Deleted(id) => {
                self.rows.bring_back(transaction, (repository.id, id), (revision, now)).await?;
                (id, ManifestWas::Deleted)
            }
            Found::Nothing => {
                (self.rows.insert(transaction, repository.id, (revision, now)).await?, ManifestWas::New)
            }
        };
        if repository.manifests == 0 {
            changes.add(ChangeKind::Repository, None, [None, None]);
        }
        repository.manifests = repository.manifests.saturating_add(1);
        changes.add(ChangeKind::Manifest, None, [Some(self.rows.digest), None]);
        Ok(shown)
    }

    async fn move_tags(
        &self,
        transaction: &DatabaseTransaction,
        (repository, manifest): (i64, i64),
        (revision, moved): (u64, &[Tag]),
    ) -> Result<(), CatalogError> {
        let revision = stored::count("revision", revision)?;
        let row = |tag: &Tag| {
            [
                repository.into(),
                tag.as_str().into(),
                manifest.into(),
                self.rows.digest.to_stored().into(),
                self.rows.media_type.as_str().into(),
                self.rows.size.into(),
                revision.into(),
                self.now.into(),
            ]
        };
        tag_rows::TAG.rows(transaction, moved.iter().map(row).collect()).await?;
        let events =
            TagEvents { repository, revision, digest: Some(self.rows.digest), by: self.by, at: self.now };
        events.append(transaction, moved).await
    }
}
