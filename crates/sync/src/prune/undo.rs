//! Puts back what a prune deleted.

use portolan_catalog::{CatalogError, Deletion, Place, RunId};
use portolan_oci::{Digest, Tag, TagOrDigest};
use portolan_transport::{Places, PutAs, Target, TransportError};

use super::Books;
use super::place::{location, shown};
use crate::{CopyError, Engine};

/// What became of one deletion.
#[derive(Debug, Clone)]
pub struct UndoneDeletion {
    /// The target with what was deleted.
    pub target: String,
    /// The manifest.
    pub digest: Digest,
    /// What became of it.
    pub outcome: Undone,
}

/// What became of a deletion that was to be undone.
#[derive(Debug, Clone)]
pub enum Undone {
    /// It is back, byte for byte.
    PutBack,
    /// It was there.
    WasThere,
    /// The tag has got another manifest since, and is left alone.
    Taken {
        /// What it names.
        now: Digest,
    },
    /// The target has collected what the manifest names: it cannot come back from here.
    ContentGone,
    /// The target failed.
    Failed(CopyError),
}

impl Undone {
    /// Whether the target has what was deleted.
    pub fn is_there(&self) -> bool {
        matches!(self, Self::PutBack | Self::WasThere)
    }
}

impl Engine {
    /// Puts back what a run deleted. What is back is forgotten; what is not can be tried again.
    pub(crate) async fn put_back(
        &self,
        run: RunId,
        places: &Places,
        books: &Books,
    ) -> Result<Vec<UndoneDeletion>, CatalogError> {
        let mut undone = Vec::new();
        for place in books.condemned.deletion_places(run).await? {
            let deletions = books.condemned.deletions(&place, run).await?;
            let target = open(&place, places).await;
            for deletion in deletions {
                if self.cancelled.is_cancelled() {
                    return Ok(undone);
                }
                let outcome = match &target {
                    Ok(target) => put_back(&**target, &deletion, books).await?,
                    Err(cause) => Undone::Failed(cause.clone()),
                };
                if outcome.is_there() {
                    books.condemned.forget_deletion(deletion.id).await?;
                }
                let target = match &deletion.tag {
                    Some(tag) => format!("{}:{tag}", shown(&place)),
                    None => format!("{}@{}", shown(&place), deletion.digest),
                };
                undone.push(UndoneDeletion { target, digest: deletion.digest, outcome });
            }
            if let Ok(target) = &target
                && let Err(cause) = target.close().await
            {
                tracing::warn!(%cause, %place, "a place cannot be closed");
            }
        }
        Ok(undone)
    }
}

async fn open(place: &Place, places: &Places) -> Result<std::sync::Arc<dyn Target>, CopyError> {
    let unknown = || TransportError::Unsupported { what: format!("writing to {place}") };
    let location = location(place).ok_or_else(|| CopyError::target(place, unknown()))?;
    places.target(&location).await.map_err(|cause| CopyError::target(&location, cause))
}

async fn put_back(target: &dyn Target, deletion: &Deletion, books: &Books) -> Result<Undone, CatalogError> {
    let Some(manifest) = books.condemned.deleted_manifest(deletion.id).await? else {
        return Ok(Undone::WasThere);
    };
    let tag: Option<Tag> = deletion.tag.as_ref().and_then(|tag| tag.parse().ok());
    let reference = tag.clone().map_or(TagOrDigest::Digest(deletion.digest), TagOrDigest::Tag);
    let failed = |cause| Undone::Failed(CopyError::target(target.location(), cause));
    match target.stat_manifest(&reference).await {
        Ok(Some(there)) if there.digest == deletion.digest => return Ok(Undone::WasThere),
        Ok(Some(there)) => return Ok(Undone::Taken { now: there.digest }),
        Ok(None) => {}
        Err(cause) => return Ok(failed(cause)),
    }
    Ok(match target.put_manifest(&manifest, &tag.map_or(PutAs::Digest, PutAs::Tag)).await {
        Ok(_) => Undone::PutBack,
        Err(TransportError::ContentUnknown { .. }) => Undone::ContentGone,
        Err(cause) => failed(cause),
    })
}
