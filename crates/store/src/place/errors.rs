//! The store's failures in the words of a place.

use portolan_catalog::CatalogError;
use portolan_transport::TransportError;

use crate::{BackendError, StoreError, StoreRepository};

impl StoreRepository {
    /// A failure while doing `what`.
    pub(super) fn failed(what: impl Into<String>) -> impl FnOnce(StoreError) -> TransportError {
        let what = what.into();
        move |error| match error {
            StoreError::NoRoom { .. }
            | StoreError::Backend(BackendError::Full { .. })
            | StoreError::Catalog(CatalogError::Full(_)) => TransportError::OutOfSpace { what },
            StoreError::Content(cause) => TransportError::content(what, cause),
            StoreError::UploadUnknown | StoreError::OutOfOrder { .. } => TransportError::SessionLost { what },
            // The sender is a source: it says itself what has happened there.
            StoreError::BrokenOff { cause, .. } => match cause.downcast::<TransportError>() {
                Ok(error) => *error,
                Err(cause) => TransportError::Unavailable { what, cause },
            },
            error => TransportError::Unavailable { what, cause: Box::new(error) },
        }
    }

    pub(super) fn what(&self, thing: impl std::fmt::Display) -> String {
        format!("{thing} in store:{}", self.name())
    }
}
