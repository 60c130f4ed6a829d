//! All of it, in order.

use portolan_catalog::{CatalogError, Content, PackName};
use portolan_oci::{Digest, RepositoryName, Tag};

use super::index::Index;
use super::{blobs, manifests, packs, tags};
use crate::{BackendError, BlobBackend, RecordKeeper, StoreId};

/// What was made again, and what could not be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Repositories that show something.
    pub repositories: u64,
    /// Manifests.
    pub manifests: u64,
    /// Tags.
    pub tags: u64,
    /// Files of blobs.
    pub blobs: u64,
    /// Objects in packs.
    pub packed: u64,
    /// Lines of records that could not be read: file and line.
    pub unreadable: Vec<(String, u64)>,
    /// Packs that are damaged.
    pub wrong_packs: Vec<PackName>,
    /// Manifests whose recorded bytes are wrong.
    pub wrong_manifests: Vec<(RepositoryName, Digest)>,
    /// Tags that name a manifest which was not found.
    pub lost_tags: Vec<(RepositoryName, Tag)>,
}

/// Why a catalogue could not be made again.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The store could not be read.
    #[error("reading the store for its catalogue")]
    Store(#[from] BackendError),
    /// The catalogue has content of another store, which must not be mixed with this one's.
    #[error("the catalogue is that of another store: name an empty database")]
    Foreign,
    /// The database could not be written.
    #[error("writing the catalogue of the store")]
    Catalog(#[from] CatalogError),
}

/// Makes the catalogue again. The store has to be this process's alone, and nobody else may write into the
/// catalogue, which was empty or the work of an earlier try.
///
/// # Errors
/// [`RebuildError`]; it can be done again then.
pub async fn rebuild(
    backend: &dyn BlobBackend,
    records: &dyn RecordKeeper,
    content: &Content,
) -> Result<Rebuilt, RebuildError> {
    let name = backend.identity().await?;
    if let Some(rows) = content.whose_store().await?
        && name.is_none_or(|name| name.to_string() != rows)
    {
        return Err(RebuildError::Foreign);
    }
    let mut rebuilt = Rebuilt::default();
    let mut index = Index::read(records, content, &mut rebuilt).await?;
    blobs::restore(backend, content, (&index, &mut rebuilt)).await?;
    packs::restore(backend, content, (&index, &mut rebuilt)).await?;
    manifests::restore(records, content, (&mut index, &mut rebuilt)).await?;
    tags::restore(content, &index, &mut rebuilt).await?;
    for repositories in index.revisions() {
        content.restore_revisions(repositories).await?;
    }
    let name = match name {
        Some(name) => name,
        None => {
            let name = StoreId::random();
            backend.set_identity(&name).await?;
            name
        }
    };
    // Only now is the catalogue opened as this store's: what was made half cannot be taken for all.
    content.claim_for_store(&name.to_string()).await?;
    Ok(rebuilt)
}
