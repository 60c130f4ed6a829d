//! The handle on the changes.

use crate::CatalogError;
use crate::database::Readers;
use crate::opening::Opening;

/// The handle on the changes; clones are cheap.
#[derive(Debug, Clone)]
pub struct Changes {
    opening: Opening,
}

impl Changes {
    pub(crate) fn new(opening: Opening) -> Self {
        Self { opening }
    }

    pub(super) async fn readers(&self) -> Result<Readers, CatalogError> {
        self.opening.readers().await
    }
}
