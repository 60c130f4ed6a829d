//! Places, and the numbers that stand for them in rows.

use std::collections::HashMap;
use std::fmt;

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, Set};

use super::entities::place;
use crate::database::tells_apart;
use crate::{CatalogError, stored};

/// By what no two rows are the same.
const KEY: [place::Column; 2] = [place::Column::Host, place::Column::Repository];

/// One repository somewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The registry's host and port; for a layout or an archive `oci`.
    pub host: String,
    /// The repository's name; for a layout or an archive its absolute path.
    pub repository: String,
}

impl Place {
    /// The repository of that name on that host.
    pub fn new(host: impl Into<String>, repository: impl Into<String>) -> Self {
        Self { host: host.into(), repository: repository.into() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.repository)
    }
}

/// Refuses a place that the database would take for another.
pub(super) fn check(database: &impl ConnectionTrait, place: &Place) -> Result<(), CatalogError> {
    if tells_apart(database, &place.repository) {
        return Ok(());
    }
    Err(CatalogError::SpaceAtEnd { what: "place", name: place.to_string() })
}

/// The number of a place, if it has one.
pub(crate) async fn find_id(
    database: &impl ConnectionTrait,
    place: &Place,
) -> Result<Option<i64>, CatalogError> {
    if !tells_apart(database, &place.repository) {
        return Ok(None);
    }
    place::Entity::find()
        .select_only()
        .column(place::Column::Id)
        .filter(place::Column::Host.eq(&place.host))
        .filter(place::Column::Repository.eq(&place.repository))
        .into_tuple()
        .one(database)
        .await
        .map_err(CatalogError::database)
}

/// The numbers of those places that have one.
pub(crate) async fn find_ids(
    database: &impl ConnectionTrait,
    places: &[Place],
) -> Result<HashMap<i64, Place>, CatalogError> {
    let mut of_hosts: HashMap<&str, Vec<&str>> = HashMap::new();
    for place in places.iter().filter(|place| tells_apart(database, &place.repository)) {
        of_hosts.entry(&place.host).or_default().push(&place.repository);
    }
    let mut found = HashMap::new();
    for (host, repositories) in of_hosts {
        for chunk in repositories.chunks(stored::CHUNK) {
            let rows = place::Entity::find()
                .filter(place::Column::Host.eq(host))
                .filter(place::Column::Repository.is_in(chunk.iter().copied()))
                .all(database)
                .await
                .map_err(CatalogError::database)?;
            found.extend(rows.into_iter().map(|row| (row.id, Place::new(row.host, row.repository))));
        }
    }
    Ok(found)
}

/// The number of a place, which it gets now if it has none.
pub(crate) async fn id(database: &impl ConnectionTrait, place: &Place) -> Result<i64, CatalogError> {
    check(database, place)?;
    if let Some(id) = find_id(database, place).await? {
        return Ok(id);
    }
    let row = place::ActiveModel {
        host: Set(place.host.clone()),
        repository: Set(place.repository.clone()),
        ..Default::default()
    };
    let named = OnConflict::columns(KEY).do_nothing_on(KEY).to_owned();
    place::Entity::insert(row)
        .on_conflict(named)
        .exec_without_returning(database)
        .await
        .map_err(CatalogError::database)?;
    find_id(database, place)
        .await?
        .ok_or_else(|| CatalogError::database(DbErr::RecordNotFound(format!("place {place}"))))
}

/// The places that have these numbers, in the order of their names.
pub(crate) async fn of_ids(database: &impl ConnectionTrait, ids: &[i64]) -> Result<Vec<Place>, CatalogError> {
    let mut places = Vec::new();
    for chunk in ids.chunks(stored::CHUNK) {
        let rows = place::Entity::find()
            .filter(place::Column::Id.is_in(chunk.iter().copied()))
            .all(database)
            .await
            .map_err(CatalogError::database)?;
        places.extend(rows.into_iter().map(|row| Place::new(row.host, row.repository)));
    }
    places.sort();
    Ok(places)
}
