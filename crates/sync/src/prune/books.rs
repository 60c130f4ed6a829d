//! What is written down about mirrors.

use portolan_catalog::{Brought, Catalog, Condemned, Runs};

/// What is written down about mirrors; clones are cheap.
#[derive(Debug, Clone)]
pub struct Books {
    /// Their runs.
    pub runs: Runs,
    /// What they have brought.
    pub brought: Brought,
    /// What they are to delete, and have deleted.
    pub condemned: Condemned,
}

impl Books {
    /// Those of a catalogue.
    pub fn of(catalog: &Catalog) -> Self {
        Self { runs: catalog.runs(), brought: catalog.brought(), condemned: catalog.condemned() }
    }
}
