//! `cargo xtask floors`: a crate imports only from floors below its own, in its tests too.

use std::fmt;

use cargo_metadata::DependencyKind;

use crate::workspace::{Import, Workspace};

/// Where a crate stands in the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A floor, counted from the ground.
    Floor(u8),
    /// Beside the house, and a witness independent of it: imports nothing of it.
    Witness,
    /// Beside the house: imports witnesses only.
    Bench,
    /// Beside the house: tests that cross floors, which may import everything.
    AcrossFloors,
}

/// The house. A new crate is put in here first; `docs/src/ARCHITECTURE.md` says what each floor is for.
const HOUSE: &[(&str, Place)] = &[
    ("oci", Place::Floor(0)),
    ("transport", Place::Floor(1)),
    ("catalog", Place::Floor(1)),
    ("store", Place::Floor(2)),
    ("sync", Place::Floor(3)),
    ("tracker", Place::Floor(3)),
    ("tree", Place::Floor(3)),
    ("cloud", Place::Floor(3)),
    ("replicate", Place::Floor(3)),
    ("config", Place::Floor(4)),
    ("server", Place::Floor(5)),
    ("cli", Place::Floor(6)),
    ("testkit", Place::Witness),
    ("bench", Place::Bench),
    ("e2e", Place::AcrossFloors),
    ("xtask", Place::Witness),
];

/// A rule that is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Breach {
    /// The table does not know the crate.
    Unknown(String),
    /// An import from the crate's own floor or from one above.
    NotBelow { from: String, to: String },
    /// A crate beside the house imports what it must not.
    Beside { from: String, to: String },
    /// A crate of the house is built on one from beside it.
    BuiltOn { from: String, to: String },
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => {
                write!(f, "{name} stands on no floor: put it into the table in xtask/src/commands/floors.rs")
            }
            Self::NotBelow { from, to } => {
                write!(f, "{from} imports {to}, which is not on a floor below its own")
            }
            Self::Beside { from, to } => {
                write!(f, "{from} imports {to}, but must stay independent of it")
            }
            Self::BuiltOn { from, to } => {
                write!(f, "{from} is built on {to}, which only tests may import")
            }
        }
    }
}

/// The house does not stand.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct FloorsError(String);

/// Checks the workspace.
pub(crate) fn run(workspace: &Workspace) -> Result<(), FloorsError> {
    let breaches = breaches(&workspace.crates(), &workspace.imports());
    if breaches.is_empty() {
        return Ok(());
    }
    Err(FloorsError(breaches.iter().map(Breach::to_string).collect::<Vec<_>>().join("\n       ")))
}

/// Every broken rule, in the order in which crates and imports are given.
fn breaches(crates: &[String], imports: &[Import]) -> Vec<Breach> {
    let unknown = crates.iter().filter(|name| place(name).is_none()).cloned().map(Breach::Unknown);
    unknown.chain(imports.iter().filter_map(breach)).collect()
}

fn breach(import: &Import) -> Option<Breach> {
    let from = import.from.clone();
    let to = import.to.clone();
    match (place(&from)?, place(&to)?) {
        (Place::AcrossFloors, _) | (Place::Bench, Place::Witness) => None,
        (Place::Floor(upper), Place::Floor(lower)) if lower < upper => None,
        (Place::Floor(_), Place::Floor(_)) => Some(Breach::NotBelow { from, to }),
        (Place::Floor(_), Place::Witness) if import.kind == DependencyKind::Development => None,
        (Place::Floor(_), _) => Some(Breach::BuiltOn { from, to }),
        (Place::Witness | Place::Bench, _) => Some(Breach::Beside { from, to }),
    }
}

fn place(name: &str) -> Option<Place> {
    HOUSE.iter().find(|(known, _)| *known == name).map(|(_, place)| *place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(from: &str, to: &str, kind: DependencyKind) -> Vec<Breach> {
        breaches(&[], &[Import { from: from.to_owned(), to: to.to_owned(), kind }])
    }

    fn not_below(from: &str, to: &str) -> Vec<Breach> {
        vec![Breach::NotBelow { from: from.to_owned(), to: to.to_owned() }]
    }

    #[test]
    fn imports_go_down() {
        for kind in [DependencyKind::Normal, DependencyKind::Development, DependencyKind::Build] {
            assert_eq!(found("cli", "oci", kind), []);
            assert_eq!(found("sync", "catalog", kind), []);
            assert_eq!(found("transport", "sync", kind), not_below("transport", "sync"));
        }
    }

    #[test]
    fn neighbours_do_not_see_each_other() {
        assert_eq!(found("catalog", "transport", DependencyKind::Normal), not_below("catalog", "transport"));
        assert_eq!(found("sync", "tracker", DependencyKind::Development), not_below("sync", "tracker"));
    }

    #[test]
    fn only_tests_import_the_testkit() {
        assert_eq!(found("sync", "testkit", DependencyKind::Development), []);
        let built_on = Breach::BuiltOn { from: "sync".to_owned(), to: "testkit".to_owned() };
        for kind in [DependencyKind::Normal, DependencyKind::Build] {
            assert_eq!(found("sync", "testkit", kind), std::slice::from_ref(&built_on));
        }
    }

    #[test]
    fn no_crate_of_the_house_imports_the_bench() {
        for kind in [DependencyKind::Normal, DependencyKind::Development] {
            let built_on = Breach::BuiltOn { from: "cli".to_owned(), to: "bench".to_owned() };
            assert_eq!(found("cli", "bench", kind), [built_on]);
        }
    }

    #[test]
    fn witnesses_import_nothing_of_the_house() {
        for (from, to) in [("testkit", "oci"), ("bench", "sync"), ("testkit", "e2e"), ("xtask", "oci")] {
            let beside = Breach::Beside { from: from.to_owned(), to: to.to_owned() };
            assert_eq!(found(from, to, DependencyKind::Development), [beside]);
        }
        assert_eq!(found("bench", "testkit", DependencyKind::Normal), []);
    }

    #[test]
    fn e2e_imports_everything() {
        assert_eq!(found("e2e", "cli", DependencyKind::Development), []);
        assert_eq!(found("e2e", "testkit", DependencyKind::Normal), []);
    }

    #[test]
    fn an_unknown_crate_is_named() {
        let crates = ["oci".to_owned(), "attic".to_owned()];
        assert_eq!(breaches(&crates, &[]), [Breach::Unknown("attic".to_owned())]);
    }
}
