//! Beginning to copy image trees to a place.

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_oci::Digest;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect, Set};

use super::entities::tree;
use super::numbers::Numbered;
use super::{Journal, Place};
use crate::writer::Operation;
use crate::{CatalogError, stored};

/// What is known about a place when copying to it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeStart {
    /// Nothing was left unfinished there.
    Fresh,
    /// An earlier attempt did not finish: it may have left blobs there.
    Resumed {
        /// When the earliest such attempt began.
        since: Timestamp,
    },
}

struct BeginTrees {
    place: Numbered,
    trees: Vec<(String, Digest)>,
    /// Unfinished trees of other references count only if they were begun before this.
    run_started: i64,
    now: i64,
}

impl Journal {
    /// Notes that the reference of the place is now being made to name the tree of this digest; it stays
    /// noted as unfinished until [`finish_tree`](Self::finish_tree).
    ///
    /// The attempt counts as resumed if this reference of the place is noted as unfinished, or if another
    /// one is since before this run: trees that the run itself copies side by side do not make each other
    /// look resumed.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn begin_tree(
        &self,
        place: &Place,
        reference: &str,
        digest: &Digest,
    ) -> Result<TreeStart, CatalogError> {
        self.begin_trees(place, &[(reference, *digest)]).await
    }

    /// The same for several references of one place, each named once, in one write. The place counts as
    /// resumed if any of them does.
    ///
    /// # Errors
    /// As [`begin_tree`](Self::begin_tree).
    pub async fn begin_trees(
        &self,
        place: &Place,
        trees: &[(&str, Digest)],
    ) -> Result<TreeStart, CatalogError> {
        let operation = BeginTrees {
            place: self.numbered(place),
            trees: stored::in_order(
                trees.iter().map(|(reference, digest)| ((*reference).to_owned(), *digest)),
            ),
            run_started: self.run_started.as_microsecond(),
            now: stored::now(),
        };
        self.writer.write(operation).await
    }
}

#[async_trait]
impl Operation for BeginTrees {
    type Reply = TreeStart;
    const NAME: &'static str = "begin_trees";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<TreeStart, CatalogError> {
        let place_id = self.place.id(transaction).await?;
        let unfinished = self.unfinished_since(transaction, place_id).await?;
        for chunk in self.trees.chunks(stored::CHUNK) {
            let rows = chunk.iter().map(|(reference, digest)| tree::ActiveModel {
                place_id: Set(place_id),
                reference: Set(reference.clone()),
                digest: Set(digest.to_stored()),
                started_at: Set(self.now),
                confirmed_at: Set(None),
            });
            tree::Entity::insert_many(rows)
                .on_conflict(self.begin_again())
                .exec_without_returning(transaction)
                .await
                .map_err(CatalogError::database)?;
        }
        match unfinished {
            None => Ok(TreeStart::Fresh),
            Some(since) => Ok(TreeStart::Resumed { since: stored::time(since)? }),
        }
    }
}

impl BeginTrees {
    /// When the earliest attempt began that counts as left unfinished.
    async fn unfinished_since(
        &self,
        transaction: &DatabaseTransaction,
        place_id: i64,
    ) -> Result<Option<i64>, CatalogError> {
        let earlier_run = tree::Column::StartedAt.lt(self.run_started);
        let mut earliest = None;
        let (first, others) = self.trees.split_at(self.trees.len().min(stored::CHUNK));
        for chunk in std::iter::once(first).chain(others.chunks(stored::CHUNK)) {
            let references = chunk.iter().map(|(reference, _)| reference.as_str());
            let these = tree::Column::Reference.is_in(references);
            let counts = Condition::any().add(these).add(earlier_run.clone());
            earliest = earliest.into_iter().chain(unfinished(transaction, place_id, counts).await?).min();
        }
        Ok(earliest)
    }

    /// An unfinished row keeps the time of its first attempt. (That column comes first: MySQL assigns from
    /// left to right.)
    fn begin_again(&self) -> OnConflict {
        let started_at = Expr::case(
            Expr::col((tree::Entity, tree::Column::ConfirmedAt)).is_null(),
            Expr::col((tree::Entity, tree::Column::StartedAt)),
        )
        .finally(self.now);
        OnConflict::columns([tree::Column::PlaceId, tree::Column::Reference])
            .value(tree::Column::StartedAt, started_at)
            .update_columns([tree::Column::Digest, tree::Column::ConfirmedAt])
            .to_owned()
    }
}

/// When the earliest of the unfinished trees was begun for which the condition holds.
async fn unfinished(
    transaction: &DatabaseTransaction,
    place_id: i64,
    condition: Condition,
) -> Result<Option<i64>, CatalogError> {
    let since: Option<Option<i64>> = tree::Entity::find()
        .select_only()
        .expr(tree::Column::StartedAt.min())
        .filter(tree::Column::PlaceId.eq(place_id))
        .filter(tree::Column::ConfirmedAt.is_null())
        .filter(condition)
        .into_tuple()
        .one(transaction)
        .await
        .map_err(CatalogError::database)?;
    Ok(since.flatten())
}
