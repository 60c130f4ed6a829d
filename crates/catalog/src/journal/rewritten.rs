//! What images become when they are written anew.

use std::collections::HashMap;

use async_trait::async_trait;
use portolan_oci::Digest;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, Set};

use super::Journal;
use super::entities::rewritten;
use crate::writer::Operation;
use crate::{CatalogError, stored};

/// By what no two rows are the same.
const KEY: [rewritten::Column; 2] = [rewritten::Column::Rule, rewritten::Column::Digest];

struct NoteRewritten {
    rule: Digest,
    images: Vec<(Digest, Digest)>,
}

impl Journal {
    /// Notes what a rule makes of images, in one write: of each pair the image, then what becomes of it, which
    /// may be itself. The rule is named by a digest of all that the outcome depends on; what it makes of an
    /// image never changes.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn note_rewritten(
        &self,
        rule: &Digest,
        images: &[(Digest, Digest)],
    ) -> Result<(), CatalogError> {
        self.writer
            .write(NoteRewritten { rule: *rule, images: stored::in_order(images.iter().copied()) })
            .await
    }

    /// What the rule was noted to make of images.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn rewritten_all(&self, rule: &Digest) -> Result<HashMap<Digest, Digest>, CatalogError> {
        let readers = self.opening.readers().await?;
        let mut all = HashMap::new();
        let list = rewritten::Entity::find()
            .filter(rewritten::Column::Rule.eq(rule.to_stored()))
            .order_by_asc(rewritten::Column::Digest);
        let beyond = |last: &rewritten::Model| {
            Condition::all().add(rewritten::Column::Digest.gt::<Vec<u8>>(last.digest.clone()))
        };
        stored::each_row(&readers, list, beyond, |row| {
            all.insert(stored::digest(&row.digest)?, stored::digest(&row.rewritten)?);
            Ok(())
        })
        .await?;
        Ok(all)
    }
}

#[async_trait]
impl Operation for NoteRewritten {
    type Reply = ();
    const NAME: &'static str = "note_rewritten";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let noted_before = OnConflict::columns(KEY).do_nothing_on(KEY).to_owned();
        for chunk in self.images.chunks(stored::CHUNK) {
            let rows = chunk.iter().map(|(digest, rewritten)| rewritten::ActiveModel {
                rule: Set(self.rule.to_stored()),
                digest: Set(digest.to_stored()),
                rewritten: Set(rewritten.to_stored()),
            });
            rewritten::Entity::insert_many(rows)
                .on_conflict(noted_before.clone())
                .exec_without_returning(transaction)
                .await
                .map_err(CatalogError::database)?;
        }
        Ok(())
    }
}
