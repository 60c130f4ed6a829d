//! What is written of a manifest beside its tags: its row, its parts, its place in a list of referrers.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use bytes::Bytes;
use portolan_oci::{Descriptor, Digest, Manifest, MediaType, RawManifest};
use sea_orm::{DatabaseTransaction, DbErr, Value};

use super::FoundManifest;
use crate::sql::{self, Insert, There};
use crate::{CatalogError, stored};

/// A manifest as the tables have it.
#[derive(Debug)]
pub(super) struct ManifestRows {
    pub(super) digest: Digest,
    pub(super) media_type: MediaType,
    pub(super) size: i64,
    artifact_type: Option<MediaType>,
    /// What it refers to, with its descriptor in the list of referrers.
    subject: Option<(Digest, String)>,
    body: Bytes,
    /// What it needs to be whole, and as what.
    parts: BTreeMap<Digest, Role>,
    /// Of its parts, those that have to be linked.
    pub(super) blobs: Vec<Digest>,
    /// Of its parts, those that have to be manifests here.
    pub(super) children: Vec<Digest>,
}

/// As what a manifest needs something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Config,
    Layer,
    Manifest,
    /// Its own bytes, where they lie as a blob too.
    Itself,
}

impl Role {
    /// As it lies in the column.
    pub(super) const fn number(self) -> i64 {
        match self {
            Self::Config => 1,
            Self::Layer => 2,
            Self::Manifest => 3,
            Self::Itself => 4,
        }
    }
}

const MANIFEST: Insert<9> = Insert {
    table: "content_manifest",
    columns: [
        "repository_id",
        "digest",
        "media_type",
        "artifact_type",
        "subject",
        "size",
        "revision",
        "pushed_at",
        "body",
    ],
    there: There::Never,
};

const PART: Insert<3> =
    Insert { table: "content_part", columns: ["manifest_id", "digest", "role"], there: There::Never };

const REFERRER: Insert<6> = Insert {
    table: "content_referrer",
    columns: ["repository_id", "subject", "artifact_type", "digest", "manifest_id", "descriptor"],
    there: There::Stays(&["repository_id", "subject", "artifact_type", "digest"]),
};

impl ManifestRows {
    /// The manifest itself.
    pub(super) fn into_found(self) -> FoundManifest {
        FoundManifest { digest: self.digest, media_type: self.media_type, body: self.body }
    }

    pub(super) fn of(raw: &RawManifest) -> Result<Self, CatalogError> {
        let parsed = raw.parsed();
        let mut rows = Self {
            digest: *raw.digest(),
            media_type: raw.media_type().clone(),
            size: stored::count("size", raw.size())?,
            artifact_type: parsed.artifact_type().cloned(),
            subject: None,
            body: raw.bytes().clone(),
            parts: BTreeMap::new(),
            blobs: Vec::new(),
            children: Vec::new(),
        };
        if let Some(subject) = parsed.subject() {
            let json = serde_json::to_string(&raw.referrer_descriptor());
            rows.subject =
                Some((subject.digest, json.map_err(|error| CatalogError::damaged("descriptor", error))?));
        }
        rows.need(Role::Itself, *raw.digest());
        if let Manifest::Image(image) = parsed {
            image.config.iter().for_each(|config| rows.need_blob(Role::Config, config));
            image.layers.iter().for_each(|layer| rows.need_blob(Role::Layer, layer));
        }
        for child in parsed.children() {
            if rows.need(Role::Manifest, child.digest) {
                rows.children.push(child.digest);
            }
        }
        Ok(rows)
    }

    /// What it needs to be whole.
    pub(super) fn parts(&self) -> impl Iterator<Item = &Digest> {
        self.parts.keys()
    }

    /// Layers that may not be redistributed lie elsewhere; if they are here, they are needed all the same.
    fn need_blob(&mut self, role: Role, blob: &Descriptor) {
        if self.need(role, blob.digest) && !blob.media_type.is_foreign() {
            self.blobs.push(blob.digest);
        }
    }

    /// Whether it was not a part before.
    fn need(&mut self, role: Role, digest: Digest) -> bool {
        match self.parts.entry(digest) {
            Entry::Vacant(part) => {
                part.insert(role);
                true
            }
            Entry::Occupied(_) => false,
        }
    }

    /// Inserts the manifest, which has no row yet, and returns its number.
    pub(super) async fn insert(
        &self,
        transaction: &DatabaseTransaction,
        repository: i64,
        (revision, now): (i64, i64),
    ) -> Result<i64, CatalogError> {
        let row: [Value; 9] = [
            repository.into(),
            self.digest.to_stored().into(),
            self.media_type.as_str().into(),
            self.artifact_type.as_ref().map(|kind| kind.as_str().to_owned()).into(),
            self.subject.as_ref().map(|(subject, _)| subject.to_stored()).into(),
            self.size.into(),
            revision.into(),
            now.into(),
            self.body.to_vec().into(),
        ];
        MANIFEST.rows(transaction, vec![row]).await?;
        let by_digest = "SELECT id FROM content_manifest WHERE repository_id = ? AND digest = ?";
        let key = [repository.into(), self.digest.to_stored().into()];
        let row = sql::one(transaction, by_digest, key).await?;
        let row = row.ok_or_else(|| CatalogError::database(DbErr::RecordNotFound("manifest".to_owned())))?;
        let id = row.get(0)?;
        let part = |(digest, role): (&Digest, &Role)| {
            [Value::from(id), digest.to_stored().into(), role.number().into()]
        };
        PART.rows(transaction, self.parts.iter().map(part).collect()).await?;
        self.refer(transaction, repository, id).await?;
        Ok(id)
    }

    /// Shows again a manifest that was deleted and has its row and parts.
    pub(super) async fn bring_back(
        &self,
        transaction: &DatabaseTransaction,
        (repository, id): (i64, i64),
        (revision, now): (i64, i64),
    ) -> Result<(), CatalogError> {
        let sql = "UPDATE content_manifest SET deleted_at = NULL, revision = ?, pushed_at = ? WHERE id = ?";
        sql::execute(transaction, sql, [revision.into(), now.into(), id.into()]).await?;
        self.refer(transaction, repository, id).await
    }

    /// Puts it into the list of its subject.
    async fn refer(
        &self,
        transaction: &DatabaseTransaction,
        repository: i64,
        id: i64,
    ) -> Result<(), CatalogError> {
        let Some((subject, descriptor)) = &self.subject else { return Ok(()) };
        let row = [
            repository.into(),
            subject.to_stored().into(),
            self.artifact_type.as_ref().map_or("", MediaType::as_str).into(),
            self.digest.to_stored().into(),
            id.into(),
            descriptor.clone().into_bytes().into(),
        ];
        REFERRER.rows(transaction, vec![row]).await
    }
}
