//! The numbers of places, kept: what is noted of a place often need not ask for its number each time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, EntityTrait, Set};

use super::entities::place as row;
use super::{Journal, Place, place};
use crate::writer::Operation;
use crate::{CatalogError, stored};

/// By what no two rows are the same.
const KEY: [row::Column; 2] = [row::Column::Host, row::Column::Repository];

/// Numbers that are committed. A place keeps its number for ever.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbers(Arc<Mutex<HashMap<Place, i64>>>);

/// A place in an operation: with its number, if that is known already.
pub(super) struct Numbered {
    place: Place,
    number: Option<i64>,
}

struct NumberPlaces(Vec<Place>);

impl Journal {
    /// Gives these places the numbers that stand for them, in one write: what is noted of each of them from now
    /// on costs less.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn number_places(&self, places: &[Place]) -> Result<(), CatalogError> {
        let numbers = self.writer.write(NumberPlaces(stored::in_order(places.iter().cloned()))).await?;
        self.numbers.lock().extend(numbers);
        Ok(())
    }

    pub(super) fn numbered(&self, place: &Place) -> Numbered {
        Numbered { place: place.clone(), number: self.numbers.lock().get(place).copied() }
    }
}

impl Numbers {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Place, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Numbered {
    /// The number of the place, which it gets now if it has none.
    pub(super) async fn id(&self, transaction: &DatabaseTransaction) -> Result<i64, CatalogError> {
        match self.number {
            Some(number) => Ok(number),
            None => place::id(transaction, &self.place).await,
        }
    }
}

#[async_trait]
impl Operation for NumberPlaces {
    type Reply = Vec<(Place, i64)>;
    const NAME: &'static str = "number_places";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<Vec<(Place, i64)>, CatalogError> {
        let named = OnConflict::columns(KEY).do_nothing_on(KEY).to_owned();
        for place in &self.0 {
            place::check(transaction, place)?;
        }
        for chunk in self.0.chunks(stored::CHUNK) {
            let rows = chunk.iter().map(|place| row::ActiveModel {
                host: Set(place.host.clone()),
                repository: Set(place.repository.clone()),
                ..Default::default()
            });
            row::Entity::insert_many(rows)
                .on_conflict(named.clone())
                .exec_without_returning(transaction)
                .await
                .map_err(CatalogError::database)?;
        }
        let found = place::find_ids(transaction, &self.0).await?;
        Ok(found.into_iter().map(|(number, place)| (place, number)).collect())
    }
}
