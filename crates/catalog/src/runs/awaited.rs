//! Images of which somebody has said that they are new at their source, until a run has seen to them.

use async_trait::async_trait;
use jiff::Timestamp;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait as _, DatabaseTransaction, EntityTrait, QueryFilter as _, QueryOrder as _};
use sea_orm::{PaginatorTrait as _, QuerySelect as _, Set};

use super::Runs;
use super::entities::awaited::{ActiveModel, Column, Entity, Model};
use super::owed::owe;
use crate::writer::Operation;
use crate::{CatalogError, stored};

/// An image that a mirror is to see to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    /// The image, as it was told: by tag, or a repository for all of its tags.
    pub image: String,
    /// When it was told last, in microseconds since 1970: told again, it is another.
    pub(super) told_at: i64,
    /// When it came to be at its source, as who told says.
    moved_at: Option<i64>,
}

/// An image that a mirror is told to see to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAwaited {
    /// The mirror.
    pub mirror: String,
    /// The image, of up to 512 characters.
    pub image: String,
    /// When it came to be at its source, if that is told.
    pub moved_at: Option<Timestamp>,
}

impl From<(String, String)> for NewAwaited {
    fn from((mirror, image): (String, String)) -> Self {
        Self { mirror, image, moved_at: None }
    }
}

impl Awaited {
    /// When it was told last.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`] if that is no time.
    pub fn told_at(&self) -> Result<Timestamp, CatalogError> {
        stored::time(self.told_at)
    }

    /// When it came to be at its source, as who told says, and not later than he said it.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`] if that is no time.
    pub fn moved_at(&self) -> Result<Timestamp, CatalogError> {
        stored::time(self.moved_at.map_or(self.told_at, |moved| moved.min(self.told_at)))
    }
}

struct AwaitImages {
    images: Vec<NewAwaited>,
    by: String,
    at: i64,
    /// Where it is to be told what becomes of them.
    report_to: Option<String>,
}

struct SettleAwaited {
    mirror: String,
    images: Vec<Awaited>,
}

impl Runs {
    /// Has mirrors see to images. What is
    /// told twice before it is seen to is seen to once. It is on the disk when this returns.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn await_images(
        &self,
        images: Vec<impl Into<NewAwaited>>,
        by: &str,
    ) -> Result<(), CatalogError> {
        let images = images.into_iter().map(Into::into).collect();
        let (by, at) = (by.to_owned(), stored::now());
        self.writer.write(AwaitImages { images, by, at, report_to: None }).await
    }

    /// The same, and it is to be told there what becomes of them.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn await_images_and_report(
        &self,
        images: Vec<impl Into<NewAwaited>>,
        by: &str,
        url: &str,
    ) -> Result<(), CatalogError> {
        let images = images.into_iter().map(Into::into).collect();
        let (by, at, report_to) = (by.to_owned(), stored::now(), Some(url.to_owned()));
        self.writer.write(AwaitImages { images, by, at, report_to }).await
    }

    /// The images that a mirror is to see to, those first that were told first; `most` of them.
    ///
    /// # Errors
    /// [`CatalogError::Database`].
    pub async fn awaited(&self, mirror: &str, most: u64) -> Result<Vec<Awaited>, CatalogError> {
        let readers = self.opening.readers().await?;
        let rows = Entity::find().filter(Column::Mirror.eq(mirror)).order_by_asc(Column::ToldAt);
        let rows = rows.order_by_asc(Column::Image).limit(most).all(&readers).await;
        let rows = rows.map_err(CatalogError::database)?;
        let awaited = |row: Model| Awaited { image: row.image, told_at: row.told_at, moved_at: row.moved_at };
        Ok(rows.into_iter().map(awaited).collect())
    }

    /// How many images mirrors are to see to, all together.
    ///
    /// # Errors
    /// [`CatalogError::Database`].
    pub async fn count_awaited(&self) -> Result<u64, CatalogError> {
        let readers = self.opening.readers().await?;
        Entity::find().count(&readers).await.map_err(CatalogError::database)
    }

    /// These have been seen to. One that was told again meanwhile stays.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn settle_awaited(&self, mirror: &str, images: Vec<Awaited>) -> Result<(), CatalogError> {
        self.writer.write(SettleAwaited { mirror: mirror.to_owned(), images }).await
    }
}

#[async_trait]
impl Operation for AwaitImages {
    type Reply = ();
    const NAME: &'static str = "await_images";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let there = OnConflict::columns([Column::Mirror, Column::Image])
            .update_columns([Column::ToldAt, Column::ToldBy, Column::MovedAt])
            .to_owned();
        for NewAwaited { mirror, image, moved_at } in &self.images {
            let row = ActiveModel {
                mirror: Set(mirror.clone()),
                image: Set(image.clone()),
                told_at: Set(self.at),
                told_by: Set(self.by.clone()),
                moved_at: Set(moved_at.map(Timestamp::as_microsecond)),
            };
            let inserted = Entity::insert(row).on_conflict(there.clone()).exec_without_returning(transaction);
            inserted.await.map_err(CatalogError::database)?;
        }
        if let Some(url) = &self.report_to {
            owe(transaction, &self.images, url, self.at).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Operation for SettleAwaited {
    type Reply = ();
    const NAME: &'static str = "settle_awaited";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        for Awaited { image, told_at, .. } in &self.images {
            let row = Entity::delete_many()
                .filter(Column::Mirror.eq(self.mirror.as_str()))
                .filter(Column::Image.eq(image.as_str()))
                .filter(Column::ToldAt.eq(*told_at));
            row.exec(transaction).await.map_err(CatalogError::database)?;
        }
        Ok(())
    }
}
