//! Making the rows of manifests that were to be seen.

use std::collections::{BTreeSet, HashSet};

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_oci::{Digest, RawManifest, RepositoryName};
use sea_orm::{DatabaseTransaction, Value};

use super::super::Content;
use super::super::blob_state::BlobState;
use super::super::commit_blobs::LINK;
use super::super::manifest_rows::ManifestRows;
use super::super::repository;
use crate::changes::{By, ChangeCause, ChangeKind, NewChanges};
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// A manifest that was to be seen.
#[derive(Debug, Clone)]
pub struct RestoredManifest {
    /// The manifest.
    pub raw: RawManifest,
    /// The revision of its repository that showed it.
    pub revision: u64,
    /// When.
    pub at: Timestamp,
}

struct RestoreManifests {
    repository: RepositoryName,
    /// With their revisions and times as they are stored.
    manifests: Vec<(ManifestRows, (i64, i64))>,
    now: i64,
}

impl Content {
    /// Makes rows of manifests, with what they need and refer to, and links those of their blobs that are there.
    /// Blobs come first, in any order of repositories.
    ///
    /// # Errors
    /// As any write.
    pub async fn restore_manifests(
        &self,
        repository: &RepositoryName,
        manifests: Vec<RestoredManifest>,
    ) -> Result<(), CatalogError> {
        let rows = |manifest: &RestoredManifest| {
            let revision = stored::count("revision", manifest.revision)?;
            Ok((ManifestRows::of(&manifest.raw)?, (revision, manifest.at.as_microsecond())))
        };
        let manifests = manifests.iter().map(rows).collect::<Result<_, CatalogError>>()?;
        let repository = repository.clone();
        self.writer.write(RestoreManifests { repository, manifests, now: stored::now() }).await
    }
}

#[async_trait]
impl Operation for RestoreManifests {
    type Reply = ();
    const NAME: &'static str = "restore_manifests";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let mut repository = repository::lock_or_make(transaction, &self.repository).await?;
        let there = self.there(transaction, repository.id).await?;
        let (by, mut parts) = (By::new(ChangeCause::Rebuild, ""), BTreeSet::new());
        for (rows, (revision, at)) in self.manifests.iter().filter(|(rows, _)| !there.contains(&rows.digest))
        {
            rows.insert(transaction, repository.id, (*revision, *at)).await?;
            parts.extend(rows.parts().copied());
            let mut changes = NewChanges::of(repository.id, *revision, self.now);
            if repository.manifests == 0 {
                changes.add(ChangeKind::Repository, None, [None, None]);
            }
            changes.add(ChangeKind::Manifest, None, [Some(rows.digest), None]);
            changes.append(transaction, &by).await?;
            repository.manifests = repository.manifests.saturating_add(1);
        }
        self.link(transaction, repository.id, &parts).await?;
        repository.save(transaction).await
    }
}

impl RestoreManifests {
    async fn there(
        &self,
        transaction: &DatabaseTransaction,
        repository: i64,
    ) -> Result<HashSet<Digest>, CatalogError> {
        let mut there = HashSet::new();
        for chunk in self.manifests.chunks(stored::CHUNK) {
            let (marks, list) = sql::list(sql::digests(chunk.iter().map(|(rows, _)| &rows.digest)));
            let sql = format!(
                "SELECT digest FROM content_manifest WHERE repository_id = ? AND digest IN ({marks})"
            );
            let mut values: Vec<Value> = vec![repository.into()];
            values.extend(list);
            for row in sql::all(transaction, &sql, values).await? {
                there.insert(row.digest(0)?);
            }
        }
        Ok(there)
    }

    async fn link(
        &self,
        transaction: &DatabaseTransaction,
        repository: i64,
        parts: &BTreeSet<Digest>,
    ) -> Result<(), CatalogError> {
        let parts: Vec<&Digest> = parts.iter().collect();
        for chunk in parts.chunks(stored::CHUNK) {
            let (marks, list) = sql::list(sql::digests(chunk.iter().copied()));
            let sql = format!("SELECT digest FROM content_blob WHERE state = ? AND digest IN ({marks})");
            let mut values: Vec<Value> = vec![BlobState::Live.number().into()];
            values.extend(list);
            let mut links = Vec::with_capacity(chunk.len());
            for row in sql::all(transaction, &sql, values).await? {
                links.push([repository.into(), row.digest(0)?.to_stored().into(), self.now.into()]);
            }
            LINK.rows(transaction, links).await?;
        }
        Ok(())
    }
}
