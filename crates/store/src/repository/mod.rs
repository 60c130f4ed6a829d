//! One repository of the store: a file per operation, named as in the catalogue and in the doors.

mod acknowledged;
mod delete;
mod find_blob;
mod get_many;
mod lists;
mod manifests;
mod mount_blob;
mod put_manifest;
mod put_many;
mod roll_back;

pub use mount_blob::Mounted;
pub use put_many::{Objects, PutMany};

use portolan_catalog::Content;
use portolan_oci::RepositoryName;
use portolan_transport::Location;

use crate::Store;

/// One repository of the store. It comes to be with its first content; until then nothing is found in it.
#[derive(Debug, Clone)]
pub struct StoreRepository {
    store: Store,
    name: RepositoryName,
    /// The same as a place.
    place: Location,
}

impl StoreRepository {
    pub(crate) fn new(store: Store, name: RepositoryName) -> Self {
        let place = Location::Store(name.clone());
        Self { store, name, place }
    }

    /// Its name.
    pub fn name(&self) -> &RepositoryName {
        &self.name
    }

    /// How it is named as a place.
    pub(crate) fn place(&self) -> &Location {
        &self.place
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    fn content(&self) -> &Content {
        self.store.content()
    }
}
