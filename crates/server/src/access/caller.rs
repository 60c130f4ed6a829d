//! Who asks.

use std::fmt;

use portolan_oci::RepositoryName;

use super::Action;

/// Who asks, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Somebody on this machine, where access is not regulated.
    Anybody,
}

impl Caller {
    /// Whether this caller may do that there.
    pub fn may(&self, _action: Action, _repository: &RepositoryName) -> bool {
        match self {
            Self::Anybody => true,
        }
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anybody => f.write_str("anybody"),
        }
    }
}
