//! Which repositories of a registry are taken.

use portolan_oci::{Registry, RepositoryName};

use super::{LeftOut, NameRules, Reason, Taken};

/// Which repositories of a registry are taken: those below the prefix, then by `include` and `exclude`, which
/// see the whole name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryRules {
    /// The registry.
    pub registry: Registry,
    /// What names begin with, up to a slash; nothing if all are meant.
    pub prefix: Option<RepositoryName>,
    /// The patterns.
    pub names: NameRules,
}

/// What is decided about a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryVerdict {
    /// The repository.
    pub repository: RepositoryName,
    /// Whether it is taken, and why.
    pub reason: Reason,
}

impl RepositoryVerdict {
    /// Whether the repository is taken.
    pub fn is_in(&self) -> bool {
        self.reason.is_in()
    }
}

impl RepositoryRules {
    /// A verdict on each repository, in the order given.
    pub fn select(&self, repositories: &[RepositoryName]) -> Vec<RepositoryVerdict> {
        repositories
            .iter()
            .map(|repository| RepositoryVerdict {
                repository: repository.clone(),
                reason: self.judge(repository).into(),
            })
            .collect()
    }

    fn judge(&self, repository: &RepositoryName) -> Result<Taken, LeftOut> {
        if let Some(prefix) = &self.prefix {
            let below = repository.as_str().strip_prefix(prefix.as_str());
            if !below.is_some_and(|rest| rest.starts_with('/')) {
                return Err(LeftOut::NotBelow(prefix.clone()));
            }
        }
        let include = self.names.judge(repository.as_str())?;
        Ok(Taken { include, ..Taken::default() })
    }
}
