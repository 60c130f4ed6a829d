//! All manifests of a repository that are to be seen.

use bytes::Bytes;
use jiff::Timestamp;
use portolan_oci::{Digest, MediaType};

use super::super::Content;
use super::{DumpedRepository, PAGE, page};
use crate::{CatalogError, sql};

/// A manifest that is to be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DumpedManifest {
    /// The digest of its bytes.
    pub digest: Digest,
    /// Its type.
    pub media_type: MediaType,
    /// The revision of the repository since which it is to be seen.
    pub revision: u64,
    /// Since when.
    pub at: Timestamp,
    /// Its bytes.
    pub body: Bytes,
}

/// Some manifests of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DumpedManifests {
    /// The manifests, by digest.
    pub manifests: Vec<DumpedManifest>,
    /// After which the next page begins, if there is one.
    pub next: Option<Digest>,
}

/// Bytes of manifests of one page, at least one manifest.
const PAGE_BYTES: u64 = 4 * 1024 * 1024;

/// How large those are that come next: without their bytes, so that a page can end in time.
pub(in crate::content) const SIZES: &str = "SELECT digest, size FROM content_manifest \
    WHERE repository_id = ? AND digest > ? AND deleted_at IS NULL ORDER BY digest LIMIT ?";

pub(in crate::content) const BODIES: &str = "SELECT digest, media_type, revision, pushed_at, body \
    FROM content_manifest WHERE repository_id = ? AND digest > ? AND digest <= ? AND deleted_at IS NULL \
    ORDER BY digest LIMIT ?";

impl Content {
    /// A page of the repository's manifests, those after this digest. A page ends when it has 4 MiB.
    ///
    /// # Errors
    /// As any read.
    pub async fn dump_manifests(
        &self,
        repository: &DumpedRepository,
        after: Option<&Digest>,
    ) -> Result<DumpedManifests, CatalogError> {
        let readers = self.readers().await?;
        let beyond = after.map(Digest::to_stored).unwrap_or_default();
        let values = [repository.id.into(), beyond.clone().into(), page().into()];
        let coming = sql::all(&readers, SIZES, values).await?;
        let Some((last, count)) = fitting(&coming)? else {
            return Ok(DumpedManifests { manifests: Vec::new(), next: None });
        };
        let whole = coming.len() < PAGE && count == coming.len();
        let limit = i64::try_from(count).unwrap_or(i64::MAX);
        let values = [repository.id.into(), beyond.into(), last.to_stored().into(), limit.into()];
        let rows = sql::all(&readers, BODIES, values).await?;
        let manifests: Vec<DumpedManifest> =
            rows.iter().map(DumpedManifest::read).collect::<Result<_, _>>()?;
        // One that was put meanwhile pushes another out of the page: the next one begins with that.
        let full = manifests.last().filter(|_| manifests.len() == count).map(|manifest| manifest.digest);
        let end = full.unwrap_or(last);
        Ok(DumpedManifests { manifests, next: (!whole || end != last).then_some(end) })
    }
}

/// The last one of a page that begins with these, and how many it has.
fn fitting(coming: &[sql::Row]) -> Result<Option<(Digest, usize)>, CatalogError> {
    let (mut last, mut bytes) = (None, 0_u64);
    for (nth, row) in coming.iter().enumerate() {
        bytes = bytes.saturating_add(row.count(1, "size")?);
        if nth > 0 && bytes > PAGE_BYTES {
            break;
        }
        last = Some((row.digest(0)?, nth + 1));
    }
    Ok(last)
}

impl DumpedManifest {
    fn read(row: &sql::Row) -> Result<Self, CatalogError> {
        Ok(Self {
            digest: row.digest(0)?,
            media_type: row.parsed(1, "media type")?,
            revision: row.count(2, "revision")?,
            at: row.time(3)?,
            body: row.get::<Vec<u8>>(4)?.into(),
        })
    }
}
