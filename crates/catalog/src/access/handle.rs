//! The handle on users and tokens.

use crate::CatalogError;
use crate::database::Readers;
use crate::opening::Opening;
use crate::writer::WriterHandle;

/// The handle on users and tokens; clones are cheap.
///
/// Errors of all reads: [`CatalogError::Damaged`], [`CatalogError::Database`]; of all writes:
/// [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
#[derive(Debug, Clone)]
pub struct Access {
    pub(super) writer: WriterHandle,
    opening: Opening,
}

impl Access {
    pub(crate) fn new(writer: WriterHandle, opening: Opening) -> Self {
        Self { writer, opening }
    }

    pub(super) async fn readers(&self) -> Result<Readers, CatalogError> {
        self.opening.readers().await
    }
}
