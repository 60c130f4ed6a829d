//! What refers to a manifest.

use portolan_oci::{Digest, MediaType, RepositoryName};
use sea_orm::Value;

use super::Content;
use crate::database::Readers;
use crate::{CatalogError, sql, stored};

/// Where a page of referrers ends: the artifact type and the digest of its last one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferrerKey {
    /// The artifact type, if it has one.
    pub artifact_type: Option<MediaType>,
    /// The digest.
    pub digest: Digest,
}

/// Some of what refers to a manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReferrerPage {
    /// The descriptors as JSON, as they stand in the list that is sent; by artifact type and digest.
    pub descriptors: Vec<String>,
    /// After which the next page begins, if there is one.
    pub next: Option<ReferrerKey>,
}

/// Bytes of descriptors of one page: with what stands around them it is no larger than a manifest may be.
const PAGE_BYTES: usize = 4 * 1024 * 1024 - 1024;

/// Descriptors that are read at once: at first, when it is not known how large they are, and at most.
const FIRST: usize = 32;
const MOST: usize = 2_000;

pub(super) const ANY: &str = "SELECT f.artifact_type, f.digest, f.descriptor FROM content_repository r \
    JOIN content_referrer f ON f.repository_id = r.id AND f.subject = ? \
    AND f.artifact_type >= ? AND (f.artifact_type > ? OR f.digest > ?) \
    WHERE r.name = ? ORDER BY f.artifact_type, f.digest LIMIT ?";

pub(super) const OF_TYPE: &str = "SELECT f.artifact_type, f.digest, f.descriptor FROM content_repository r \
    JOIN content_referrer f ON f.repository_id = r.id AND f.subject = ? \
    AND f.artifact_type = ? AND f.digest > ? \
    WHERE r.name = ? ORDER BY f.digest LIMIT ?";

impl Content {
    /// What refers to this manifest, whether that is there or not; of one artifact type, if one is given; after
    /// the end of an earlier page. A page ends when it has 4 MiB
    /// of descriptors.
    ///
    /// # Errors
    /// As any read.
    pub async fn referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&MediaType>,
        after: Option<&ReferrerKey>,
    ) -> Result<ReferrerPage, CatalogError> {
        let readers = self.readers().await?;
        let (mut page, mut bytes, mut portion) = (ReferrerPage::default(), 0, FIRST);
        let mut last = after.cloned();
        loop {
            let list = List { repository, subject, artifact_type, after: last.as_ref() };
            let rows = list.read(&readers, portion).await?;
            for row in &rows {
                let descriptor = String::from_utf8(row.get(2)?);
                let descriptor = descriptor.map_err(|error| CatalogError::damaged("descriptor", error))?;
                // With a comma behind it. One that is larger than a page is a page of its own.
                bytes += descriptor.len() + 1;
                if bytes > PAGE_BYTES && !page.descriptors.is_empty() {
                    page.next = last;
                    return Ok(page);
                }
                page.descriptors.push(descriptor);
                last = Some(ReferrerKey::read(row)?);
            }
            if rows.len() < portion {
                return Ok(page);
            }
            let each = bytes / page.descriptors.len().max(1);
            portion = (PAGE_BYTES.saturating_sub(bytes) / each.max(1)).clamp(1, MOST);
        }
    }
}

/// A list of what refers to a manifest.
struct List<'a> {
    repository: &'a RepositoryName,
    subject: &'a Digest,
    artifact_type: Option<&'a MediaType>,
    after: Option<&'a ReferrerKey>,
}

impl List<'_> {
    /// The first rows of it.
    async fn read(&self, readers: &Readers, count: usize) -> Result<Vec<sql::Row>, CatalogError> {
        let beyond = self.after.map(|after| after.digest.to_stored()).unwrap_or_default();
        let mut values: Vec<Value> = vec![self.subject.to_stored().into()];
        let sql = if let Some(of_type) = self.artifact_type {
            values.extend([of_type.as_str().into(), beyond.into()]);
            OF_TYPE
        } else {
            let kind = self.after.and_then(|after| after.artifact_type.as_ref());
            let kind = kind.map_or("", MediaType::as_str);
            values.extend([kind.into(), kind.into(), beyond.into()]);
            ANY
        };
        let count = stored::count("number of referrers", count as u64)?;
        values.extend([self.repository.as_str().into(), count.into()]);
        sql::all(readers, sql, values).await
    }
}

impl ReferrerKey {
    fn read(row: &sql::Row) -> Result<Self, CatalogError> {
        let kind: String = row.get(0)?;
        let kind = (!kind.is_empty()).then(|| kind.parse()).transpose();
        let artifact_type = kind.map_err(|error| CatalogError::damaged("artifact type", error))?;
        Ok(Self { artifact_type, digest: row.digest(1)? })
    }
}
