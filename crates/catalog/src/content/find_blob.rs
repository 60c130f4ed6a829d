//! Where a blob is.

use jiff::Timestamp;
use portolan_oci::{Digest, RepositoryName};

use super::blob_state::BlobState;
use super::{BlobPlace, Content};
use crate::{CatalogError, sql};

/// A blob that may be read in a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBlob {
    /// Its digest.
    pub digest: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// Where its bytes are.
    pub place: BlobPlace,
    /// When the repository's link was made or renewed: it stays for the grace time at least.
    pub linked_at: Timestamp,
}

pub(super) const FIND: &str = "SELECT b.size, b.generation, p.name, b.pack_offset, l.linked_at FROM content_repository r \
    JOIN content_link l ON l.repository_id = r.id AND l.digest = ? \
    JOIN content_blob b ON b.digest = l.digest AND b.state = ? \
    LEFT JOIN content_pack p ON p.id = b.pack_id WHERE r.name = ?";

impl Content {
    /// The blob, if the repository has a link to it and its bytes are there.
    ///
    /// # Errors
    /// As any read.
    pub async fn find_blob(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<StoredBlob>, CatalogError> {
        let live = BlobState::Live.number();
        let values = [digest.to_stored().into(), live.into(), repository.as_str().into()];
        let row = sql::one(&self.readers().await?, FIND, values).await?;
        row.map(|row| StoredBlob::read(&row, *digest)).transpose()
    }
}

impl StoredBlob {
    /// From the first columns of [`FIND`].
    pub(super) fn read(row: &sql::Row, digest: Digest) -> Result<Self, CatalogError> {
        let place = match row.get::<Option<String>>(2)? {
            None => BlobPlace::File { generation: row.count(1, "generation")? },
            Some(_) => BlobPlace::Packed { pack: row.parsed(2, "pack")?, offset: row.count(3, "offset")? },
        };
        Ok(Self { digest, size: row.count(0, "size")?, place, linked_at: row.time(4)? })
    }
}
