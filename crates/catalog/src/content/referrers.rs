//! What refers to a manifest.

use std::ops::ControlFlow;

use portolan_oci::{Digest, MediaType, RepositoryName};
use sea_orm::Value;

use super::Content;
use crate::{CatalogError, sql};

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

/// What one page may have, in bytes and in descriptors.
const PAGE_BYTES: usize = 4 * 1024 * 1024;
const PAGE: usize = 10_000;

/// With the one that says that there is a next page.
const LIMIT: i64 = PAGE as i64 + 1;

const ANY: &str = "SELECT f.artifact_type, f.digest, f.descriptor FROM content_repository r \
    JOIN content_referrer f ON f.repository_id = r.id AND f.subject = ? \
    AND (f.artifact_type > ? OR (f.artifact_type = ? AND f.digest > ?)) \
    WHERE r.name = ? ORDER BY f.artifact_type, f.digest LIMIT ?";

const OF_TYPE: &str = "SELECT f.artifact_type, f.digest, f.descriptor FROM content_repository r \
    JOIN content_referrer f ON f.repository_id = r.id AND f.subject = ? \
    AND f.artifact_type = ? AND f.digest > ? \
    WHERE r.name = ? ORDER BY f.digest LIMIT ?";

impl Content {
    /// What refers to this manifest, whether that is there or not; of one artifact type, if one is given; after
    /// the end of an earlier page. A page has up to 4 MiB of descriptors.
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
        let beyond = after.map(|after| after.digest.to_stored()).unwrap_or_default();
        let mut values: Vec<Value> = vec![subject.to_stored().into()];
        let sql = if let Some(of_type) = artifact_type {
            values.extend([of_type.as_str().into(), beyond.into()]);
            OF_TYPE
        } else {
            let kind = after.and_then(|after| after.artifact_type.as_ref()).map_or("", MediaType::as_str);
            values.extend([kind.into(), kind.into(), beyond.into()]);
            ANY
        };
        values.extend([repository.as_str().into(), LIMIT.into()]);
        let readers = self.readers().await?;
        let (mut page, mut bytes, mut last) = (ReferrerPage::default(), 0, None);
        let found = sql::each(&readers, sql, values, |row| {
            if bytes >= PAGE_BYTES || page.descriptors.len() >= PAGE {
                return Ok(ControlFlow::Break(()));
            }
            let descriptor = String::from_utf8(row.get(2)?);
            let descriptor = descriptor.map_err(|error| CatalogError::damaged("descriptor", error))?;
            bytes += descriptor.len();
            page.descriptors.push(descriptor);
            last = Some(ReferrerKey::read(row)?);
            Ok(ControlFlow::Continue(()))
        });
        let more = found.await?.is_break();
        page.next = last.filter(|_| more);
        Ok(page)
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
