//! The handle on the nodes.

use crate::opening::Opening;
use crate::writer::WriterHandle;
use crate::{CatalogError, database};

/// The handle on the nodes; clones are cheap.
#[derive(Debug, Clone)]
pub struct Nodes {
    pub(super) writer: WriterHandle,
    pub(super) opening: Opening,
}

impl Nodes {
    pub(crate) fn new(writer: WriterHandle, opening: Opening) -> Self {
        Self { writer, opening }
    }

    /// Whether the database is on a server, so that there may be others. An SQLite file is one node's.
    ///
    /// # Errors
    /// If the database cannot be opened.
    pub async fn may_be_many(&self) -> Result<bool, CatalogError> {
        Ok(!database::is_serial(&self.opening.readers().await?))
    }
}
