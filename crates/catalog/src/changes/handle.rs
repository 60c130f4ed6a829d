//! The handle on the changes.

use crate::CatalogError;
use crate::database::Readers;
use crate::opening::Opening;
use crate::writer::WriterHandle;

/// The handle on the changes; clones are cheap.
#[derive(Debug, Clone)]
pub struct Changes {
    pub(super) writer: WriterHandle,
    opening: Opening,
}

impl Changes {
    pub(crate) fn new(writer: WriterHandle, opening: Opening) -> Self {
        Self { writer, opening }
    }

    pub(super) async fn readers(&self) -> Result<Readers, CatalogError> {
        self.opening.readers().await
    }
}
