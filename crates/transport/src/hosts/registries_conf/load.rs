//! Finding and reading the files.

use std::io;
use std::path::{Path, PathBuf};

use portolan_oci::{Registry, RepositoryName};

use super::format;
use super::rule::Rule;
use crate::{TransportError, TransportResult};

/// The rules of all files.
#[derive(Debug, Default)]
pub(in crate::hosts) struct RegistriesConf {
    rules: Vec<Rule>,
}

impl RegistriesConf {
    /// Reads the first file that exists, then the drop-ins of all, those of the last place first.
    pub(in crate::hosts) fn load(places: &[PathBuf]) -> TransportResult<Self> {
        let mut conf = Self::default();
        for place in places {
            if conf.take(place)? {
                break;
            }
        }
        for place in places.iter().rev() {
            let mut folder = place.clone().into_os_string();
            folder.push(".d");
            let folder = PathBuf::from(folder);
            for file in drop_ins(&folder).map_err(|cause| unusable(&folder, cause))? {
                conf.take(&file)?;
            }
        }
        Ok(conf)
    }

    /// The rule for a repository: the one with the longest prefix, of several the one
    /// that was read last.
    pub(in crate::hosts) fn rule(&self, registry: &Registry, repository: &RepositoryName) -> Option<&Rule> {
        let weighed =
            self.rules.iter().filter_map(|rule| Some((rule.prefix.weight(registry, repository)?, rule)));
        weighed.max_by_key(|(weight, _)| *weight).map(|(_, rule)| rule)
    }

    /// Adds the rules of a file; `false` if it is not there.
    fn take(&mut self, path: &Path) -> TransportResult<bool> {
        let text = match std::fs::read_to_string(path) {
            Err(cause) if absent(&cause) => return Ok(false),
            read => read.map_err(|cause| unusable(path, cause))?,
        };
        let rules = format::parse(path, &text).map_err(|cause| unusable(path, cause))?;
        self.rules.extend(rules);
        Ok(true)
    }
}

/// The `*.conf` files of a folder, by name.
fn drop_ins(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Err(cause) if absent(&cause) => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "conf"));
    files.sort();
    Ok(files)
}

fn absent(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn unusable(path: &Path, cause: impl Into<crate::Cause>) -> TransportError {
    TransportError::Settings {
        what: format!("registry configuration {}", path.display()),
        cause: cause.into(),
    }
}
