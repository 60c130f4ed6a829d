//! Committing blobs whose bytes are durable at their places, and linking them.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use portolan_oci::{Digest, RepositoryName};
use sea_orm::{DatabaseTransaction, Value};

use super::blob_state::BlobState;
use super::{BlobPlace, Content, PackName, repository};
use crate::sql::{self, Insert, There};
use crate::writer::Operation;
use crate::{CatalogError, UploadId, stored};

/// A blob whose bytes its writer has, durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBlob {
    /// Its digest, which was proven.
    pub digest: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// Where its bytes are; `None` for those of a writer who found them [`Present`](super::BlobToWrite::Present),
    /// and has placed none.
    pub place: Option<BlobPlace>,
}

/// What became of a blob that was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitBlob {
    /// It is linked, and its bytes are those of this writer.
    Live,
    /// It is linked, and its bytes are elsewhere: those of this writer are not needed.
    Superfluous,
    /// It is not linked, as what is at this generation is being deleted: the bytes have to be placed again.
    WriteAgain {
        /// The generation at which.
        generation: u64,
    },
}

struct CommitBlobs {
    repository: RepositoryName,
    /// By digest, which is the order in which rows are locked.
    blobs: BTreeMap<Digest, NewBlob>,
    ended: Option<UploadId>,
    now: i64,
}

/// A blob's row, locked.
struct Row {
    state: BlobState,
    generation: u64,
    /// Number of the pack, and the offset in it.
    packed: Option<(i64, u64)>,
}

/// Where a blob is to be, with the number of its pack.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    File { generation: u64 },
    Packed { pack: i64, offset: u64 },
}

/// What becomes of the row of a blob.
enum Turn {
    /// It stays as it is.
    None,
    /// It is live again, where it was.
    Spare,
    /// It is live again, at the writer's place.
    Revive { place: Place, generation: u64 },
}

pub(super) const PACK: Insert<4> = Insert {
    table: "content_pack",
    columns: ["name", "size", "state", "state_at"],
    there: There::Stays(&["name"]),
};

pub(super) const BLOB: Insert<7> = Insert {
    table: "content_blob",
    columns: ["digest", "size", "state", "generation", "state_at", "pack_id", "pack_offset"],
    there: There::Stays(&["digest"]),
};

/// A link that is there already is dated anew.
pub(super) const LINK: Insert<3> = Insert {
    table: "content_link",
    columns: ["repository_id", "digest", "linked_at"],
    there: There::Gets { key: &["repository_id", "digest"], columns: &["linked_at"] },
};

/// State of a pack that is complete.
pub(super) const SEALED: i64 = 1;

impl Content {
    /// Commits blobs, whose bytes have to be durable at their places, and links them in the repository, which is
    /// made if need be. Of each blob what became of it, in the order given. If all are linked, the row of the
    /// upload session that `ended` with it goes in the same transaction.
    ///
    /// # Errors
    /// [`CatalogError::OutOfRange`] for a size, offset or generation that no file has; else as any write.
    pub async fn commit_blobs(
        &self,
        repository: &RepositoryName,
        blobs: Vec<NewBlob>,
        ended: Option<&UploadId>,
    ) -> Result<Vec<CommitBlob>, CatalogError> {
        let order: Vec<Digest> = blobs.iter().map(|blob| blob.digest).collect();
        let operation = CommitBlobs {
            repository: repository.clone(),
            blobs: blobs.into_iter().map(|blob| (blob.digest, blob)).collect(),
            ended: ended.copied(),
            now: stored::now(),
        };
        let became = self.writer.write(operation).await?;
        Ok(order.iter().filter_map(|digest| became.get(digest).copied()).collect())
    }
}

#[async_trait]
impl Operation for CommitBlobs {
    type Reply = HashMap<Digest, CommitBlob>;
    const NAME: &'static str = "commit_blobs";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<Self::Reply, CatalogError> {
        let repository = repository::id(transaction, &self.repository).await?;
        let packs = self.seal_packs(transaction).await?;
        BLOB.rows(transaction, self.rows(&packs)?).await?;
        // What was there before stands against what was to be inserted: only now is it known which is which.
        let rows = self.lock(transaction).await?;
        let mut became = HashMap::with_capacity(self.blobs.len());
        for blob in self.blobs.values() {
            let Some(row) = rows.get(&blob.digest) else {
                became.insert(blob.digest, CommitBlob::WriteAgain { generation: 0 });
                continue;
            };
            let (outcome, turn) = row.take(blob.place(&packs));
            match turn {
                Turn::None => {}
                Turn::Spare => spare(transaction, &blob.digest, self.now).await?,
                Turn::Revive { place, generation } => {
                    self.revive(transaction, blob, (place, generation)).await?;
                }
            }
            became.insert(blob.digest, outcome);
        }
        self.link(transaction, repository, &became).await?;
        if let Some(id) = self.ended.filter(|_| became.values().all(CommitBlob::is_linked)) {
            let gone = "DELETE FROM content_upload WHERE id = ?";
            sql::execute(transaction, gone, [id.to_string().into()]).await?;
        }
        Ok(became)
    }
}

impl CommitBlob {
    fn is_linked(&self) -> bool {
        matches!(self, Self::Live | Self::Superfluous)
    }
}

impl NewBlob {
    fn place(&self, packs: &HashMap<PackName, i64>) -> Option<Place> {
        Some(match self.place.as_ref()? {
            BlobPlace::File { generation } => Place::File { generation: *generation },
            BlobPlace::Packed { pack, offset } => {
                Place::Packed { pack: packs.get(pack).copied().unwrap_or_default(), offset: *offset }
            }
        })
    }
}

impl Place {
    /// The values of the columns pack and offset.
    fn in_pack(self) -> Result<[Value; 2], CatalogError> {
        Ok(match self {
            Self::File { .. } => [None::<i64>.into(), None::<i64>.into()],
            Self::Packed { pack, offset } => [pack.into(), stored::count("offset", offset)?.into()],
        })
    }

    /// The generation of a row that there was not.
    fn first_generation(self) -> u64 {
        match self {
            Self::File { generation } => generation,
            Self::Packed { .. } => 0,
        }
    }
}

impl Row {
    /// What becomes of a blob whose bytes a writer has, perhaps at a place, and of its row.
    fn take(&self, place: Option<Place>) -> (CommitBlob, Turn) {
        let next = self.generation.saturating_add(1);
        let outcome = if self.is_at(place) { CommitBlob::Live } else { CommitBlob::Superfluous };
        match (self.state, place) {
            (BlobState::Live, _) => (outcome, Turn::None),
            (BlobState::Condemned, _) => (outcome, Turn::Spare),
            (_, None) => (CommitBlob::WriteAgain { generation: next }, Turn::None),
            (_, Some(Place::File { generation })) if generation < next => {
                (CommitBlob::WriteAgain { generation: next }, Turn::None)
            }
            (_, Some(place @ Place::File { generation })) => {
                (CommitBlob::Live, Turn::Revive { place, generation })
            }
            (_, Some(place @ Place::Packed { .. })) => {
                (CommitBlob::Live, Turn::Revive { place, generation: next })
            }
        }
    }

    fn is_at(&self, place: Option<Place>) -> bool {
        match place {
            None => false,
            Some(Place::File { generation }) => self.packed.is_none() && self.generation == generation,
            Some(Place::Packed { pack, offset }) => self.packed == Some((pack, offset)),
        }
    }
}

impl CommitBlobs {
    /// The numbers of the packs that the blobs lie in. A pack is as large as the blobs in it.
    async fn seal_packs(
        &self,
        transaction: &DatabaseTransaction,
    ) -> Result<HashMap<PackName, i64>, CatalogError> {
        let mut sizes: BTreeMap<&PackName, u64> = BTreeMap::new();
        for blob in self.blobs.values() {
            if let Some(BlobPlace::Packed { pack, .. }) = &blob.place {
                let size = sizes.entry(pack).or_default();
                *size = size.saturating_add(blob.size);
            }
        }
        let row = |(pack, size): (&&PackName, &u64)| -> Result<[Value; 4], CatalogError> {
            let size = stored::count("size", *size)?;
            Ok([pack.as_str().into(), size.into(), SEALED.into(), self.now.into()])
        };
        PACK.rows(transaction, sizes.iter().map(row).collect::<Result<_, _>>()?).await?;
        let mut numbers = HashMap::with_capacity(sizes.len());
        for pack in sizes.into_keys() {
            let named = [pack.as_str().into()];
            let found = sql::one(transaction, "SELECT id FROM content_pack WHERE name = ?", named).await?;
            if let Some(row) = found {
                numbers.insert(pack.clone(), row.get(0)?);
            }
        }
        Ok(numbers)
    }

    fn rows(&self, packs: &HashMap<PackName, i64>) -> Result<Vec<[Value; 7]>, CatalogError> {
        let row = |(blob, place): (&NewBlob, Place)| {
            let [pack, offset] = place.in_pack()?;
            Ok([
                blob.digest.to_stored().into(),
                stored::count("size", blob.size)?.into(),
                BlobState::Live.number().into(),
                stored::count("generation", place.first_generation())?.into(),
                self.now.into(),
                pack,
                offset,
            ])
        };
        self.blobs.values().filter_map(|blob| Some((blob, blob.place(packs)?))).map(row).collect()
    }

    async fn lock(&self, transaction: &DatabaseTransaction) -> Result<HashMap<Digest, Row>, CatalogError> {
        let mut rows = HashMap::with_capacity(self.blobs.len());
        let digests: Vec<&Digest> = self.blobs.keys().collect();
        for chunk in digests.chunks(stored::CHUNK) {
            let (marks, values) = sql::list(sql::digests(chunk.iter().copied()));
            let sql = format!(
                "SELECT digest, state, generation, pack_id, pack_offset FROM content_blob \
                 WHERE digest IN ({marks}) ORDER BY digest"
            );
            for row in sql::lock(transaction, &sql, values).await? {
                let packed = match row.get::<Option<i64>>(3)? {
                    None => None,
                    Some(pack) => Some((pack, row.count(4, "offset")?)),
                };
                let state = BlobState::read(row.get(1)?)?;
                rows.insert(row.digest(0)?, Row { state, generation: row.count(2, "generation")?, packed });
            }
        }
        Ok(rows)
    }

    /// Makes the locked row live, with the bytes at the new place.
    async fn revive(
        &self,
        transaction: &DatabaseTransaction,
        blob: &NewBlob,
        (place, generation): (Place, u64),
    ) -> Result<(), CatalogError> {
        let [pack, offset] = place.in_pack()?;
        let values = [
            BlobState::Live.number().into(),
            self.now.into(),
            stored::count("size", blob.size)?.into(),
            stored::count("generation", generation)?.into(),
            pack,
            offset,
            blob.digest.to_stored().into(),
        ];
        let anew = "UPDATE content_blob SET state = ?, state_at = ?, size = ?, generation = ?, pack_id = ?, \
            pack_offset = ? WHERE digest = ?";
        sql::execute(transaction, anew, values).await.map(drop)
    }

    async fn link(
        &self,
        transaction: &DatabaseTransaction,
        repository: i64,
        became: &HashMap<Digest, CommitBlob>,
    ) -> Result<(), CatalogError> {
        let linked = self.blobs.keys().filter(|digest| became.get(digest).is_some_and(CommitBlob::is_linked));
        let row = |digest: &Digest| [repository.into(), digest.to_stored().into(), self.now.into()];
        LINK.rows(transaction, linked.map(row).collect()).await
    }
}

/// Makes the locked row of a condemned blob live again.
pub(super) async fn spare(
    transaction: &DatabaseTransaction,
    digest: &Digest,
    now: i64,
) -> Result<(), CatalogError> {
    let sql = "UPDATE content_blob SET state = ?, state_at = ? WHERE digest = ?";
    let values = [BlobState::Live.number().into(), now.into(), digest.to_stored().into()];
    sql::execute(transaction, sql, values).await.map(drop)
}
