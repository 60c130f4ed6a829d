//! Making the rows of a pack and of what is in it.

use async_trait::async_trait;
use portolan_oci::Digest;
use sea_orm::{DatabaseTransaction, DbErr, Value};

use super::super::blob_state::BlobState;
use super::super::commit_blobs::{BLOB, PACK, SEALED};
use super::super::{Content, PackName};
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// A pack that was found, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoredPack {
    /// Its name.
    pub name: PackName,
    /// Bytes of its objects.
    pub size: u64,
    /// Each object's digest, offset and length.
    pub objects: Vec<(Digest, u64, u64)>,
}

struct RestorePack {
    pack: RestoredPack,
    now: i64,
}

impl Content {
    /// Makes rows of a pack and of those of its objects that have none: blobs with files of their own come first.
    ///
    /// # Errors
    /// [`CatalogError::OutOfRange`] for a size or offset that no file has; else as any write.
    pub async fn restore_pack(&self, pack: RestoredPack) -> Result<(), CatalogError> {
        self.writer.write(RestorePack { pack, now: stored::now() }).await
    }
}

#[async_trait]
impl Operation for RestorePack {
    type Reply = ();
    const NAME: &'static str = "restore_pack";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let name = || self.pack.name.as_str().into();
        let size = stored::count("size", self.pack.size)?;
        PACK.rows(transaction, vec![[name(), size.into(), SEALED.into(), self.now.into()]]).await?;
        let found = sql::one(transaction, "SELECT id FROM content_pack WHERE name = ?", [name()]).await?;
        let found = found.ok_or_else(|| CatalogError::database(DbErr::RecordNotFound("pack".to_owned())))?;
        let id: i64 = found.get(0)?;
        let row = |(digest, offset, length): &(Digest, u64, u64)| -> Result<[Value; 7], CatalogError> {
            Ok([
                digest.to_stored().into(),
                stored::count("size", *length)?.into(),
                BlobState::Live.number().into(),
                0_i64.into(),
                self.now.into(),
                id.into(),
                stored::count("offset", *offset)?.into(),
            ])
        };
        BLOB.rows(transaction, self.pack.objects.iter().map(row).collect::<Result<_, _>>()?).await
    }
}
