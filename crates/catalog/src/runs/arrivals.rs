//! When images came to be at their targets, and since when they were due there.

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_oci::Digest;
use sea_orm::DatabaseTransaction;

use super::Runs;
use crate::sql::{Insert, There};
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// An image that a mirror brought to a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The image, as its source names it.
    pub source: String,
    /// The target, with the name that the image has there.
    pub target: String,
    /// What it is.
    pub digest: Digest,
    /// After when the source came to show it, if that is known; told of it, it is when that was.
    pub moved_after: Option<Timestamp>,
    /// Before when.
    pub moved_before: Timestamp,
    /// When it was at the target.
    pub visible_at: Timestamp,
}

struct NoteArrivals {
    mirror: String,
    arrivals: Vec<Arrival>,
}

const ARRIVAL: Insert<7> = Insert {
    table: "arrival",
    columns: ["mirror", "target", "source", "digest", "moved_after", "moved_before", "visible_at"],
    there: There::Gets {
        key: &["mirror", "target"],
        columns: &["source", "digest", "moved_after", "moved_before", "visible_at"],
    },
};

/// Characters of a target that has a row.
const LONGEST: usize = 512;

/// Rows of one write.
const PIECE: usize = 1_000;

impl Runs {
    /// Notes what a mirror brought; of each target and name the last is kept.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn note_arrivals(&self, mirror: &str, mut arrivals: Vec<Arrival>) -> Result<(), CatalogError> {
        arrivals.retain(|arrival| arrival.target.len() <= LONGEST);
        arrivals.sort_by(|one, other| one.target.cmp(&other.target));
        arrivals.dedup_by(|later, earlier| later.target == earlier.target);
        // A run that brought nothing writes nothing, and one that brought much holds up nobody.
        for piece in arrivals.chunks(PIECE) {
            let operation = NoteArrivals { mirror: mirror.to_owned(), arrivals: piece.to_vec() };
            self.writer.write(operation).await?;
        }
        Ok(())
    }

    /// What a mirror brought last to each target and name, by these, behind `after`, up to so many.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn arrivals(
        &self,
        mirror: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Arrival>, CatalogError> {
        let sql = "SELECT source, target, digest, moved_after, moved_before, visible_at FROM arrival \
            WHERE mirror = ? AND target > ? ORDER BY target LIMIT ?";
        let values = [mirror.into(), after.unwrap_or_default().into(), i64::from(limit).into()];
        let rows = sql::all(&self.opening.readers().await?, sql, values).await?;
        rows.iter().map(Arrival::read).collect()
    }
}

impl Arrival {
    fn read(row: &sql::Row) -> Result<Self, CatalogError> {
        Ok(Self {
            source: row.get(0)?,
            target: row.get(1)?,
            digest: row.digest(2)?,
            moved_after: row.get::<Option<i64>>(3)?.map(stored::time).transpose()?,
            moved_before: row.time(4)?,
            visible_at: row.time(5)?,
        })
    }
}

#[async_trait]
impl Operation for NoteArrivals {
    type Reply = ();
    const NAME: &'static str = "note_arrivals";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let rows = self.arrivals.iter().map(|arrival| {
            [
                self.mirror.as_str().into(),
                arrival.target.as_str().into(),
                stored::text(&arrival.source).into(),
                arrival.digest.to_stored().into(),
                arrival.moved_after.map(Timestamp::as_microsecond).into(),
                arrival.moved_before.as_microsecond().into(),
                arrival.visible_at.as_microsecond().into(),
            ]
        });
        ARRIVAL.rows(transaction, rows.collect()).await
    }
}
