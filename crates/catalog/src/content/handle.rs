//! The handle on the content.

use crate::CatalogError;
use crate::database::Readers;
use crate::opening::Opening;
use crate::writer::WriterHandle;

/// The handle on the content; clones are cheap. What it writes is on the disk when the call returns.
///
/// Errors of all reads: [`CatalogError::Damaged`], [`CatalogError::Database`]; of all writes:
/// [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
#[derive(Debug, Clone)]
pub struct Content {
    pub(super) writer: WriterHandle,
    opening: Opening,
}

impl Content {
    pub(crate) fn new(writer: WriterHandle, opening: Opening) -> Self {
        Self { writer, opening }
    }

    pub(super) async fn readers(&self) -> Result<Readers, CatalogError> {
        self.opening.readers().await
    }
}
