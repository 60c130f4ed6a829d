//! What is written down about mirrors.

use portolan_catalog::{Brought, Catalog, Condemned, Runs, Tasks};

use crate::nodes::Company;

/// What is written down about mirrors; clones are cheap.
#[derive(Debug, Clone)]
pub struct Books {
    /// Their runs.
    pub runs: Runs,
    /// What runs give to other nodes.
    pub tasks: Tasks,
    /// What they have brought.
    pub brought: Brought,
    /// What they are to delete, and have deleted.
    pub condemned: Condemned,
    /// Who else writes there.
    pub company: Company,
}

impl Books {
    /// Those of a catalogue, in which nobody else writes.
    pub fn of(catalog: &Catalog) -> Self {
        Self {
            runs: catalog.runs(),
            tasks: catalog.tasks(),
            brought: catalog.brought(),
            condemned: catalog.condemned(),
            company: Company::default(),
        }
    }

    /// The same, beside others.
    pub fn among(self, company: Company) -> Self {
        Self { company, ..self }
    }
}
