//! What can be wrong with a configuration, and how it is told.

use std::fmt;
use std::path::Path;

use portolan_sync::select::MirrorFault;
use portolan_sync::settings::MirrorName;

use crate::Listen;
use crate::origin::{Origin, Place};
use crate::snippet::Source;

/// What is wrong. No variant holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file is not YAML.
    #[error("the file is not valid YAML: {0}")]
    Syntax(String),
    /// A key that has no meaning where it stands.
    #[error("unknown key `{key}`{}", hint(near.as_deref(), known))]
    UnknownKey {
        /// The key.
        key: String,
        /// The key that was probably meant.
        near: Option<String>,
        /// All keys that have a meaning there.
        known: Vec<String>,
    },
    /// A key to which a later version gives a meaning.
    #[error("this version does not know `{0}` yet; the name is reserved for a later one")]
    Reserved(String),
    /// A variable that overrides nothing.
    #[error("this variable is of no setting{}", hint(near.as_deref(), known))]
    UnknownVariable {
        /// The variable that was probably meant.
        near: Option<String>,
        /// All variables that have a meaning there.
        known: Vec<String>,
    },
    /// A variable for something that is not a single value.
    #[error("variables set single values only; this is {0}")]
    NotScalar(&'static str),
    /// A value of another kind.
    #[error("expected {expected}, found {found}")]
    WrongType {
        /// What may stand there.
        expected: String,
        /// What stands there.
        found: String,
    },
    /// A number that is too small or too large.
    #[error("expected a number from {least} to {most}")]
    OutOfRange {
        /// The least that may be.
        least: i64,
        /// The most.
        most: i64,
    },
    /// A key that must be there.
    #[error("`{0}` is missing")]
    Missing(String),
    /// Keys of which only one may be there.
    #[error("only one of {} may be given", keys(.0))]
    Conflict(Vec<String>),
    /// The version of the format is not given.
    #[error("the version of the configuration is missing; write `version: 1` as its first line")]
    NoVersion,
    /// The version of the format is not known.
    #[error("version `{0}` of the configuration is not known to this program; it reads `version: 1`")]
    UnknownVersion(String),
    /// A value that its type refuses.
    #[error("{0}")]
    Value(String),
    /// Two entries for one registry.
    #[error("registry {host} has an entry already ({first})")]
    DuplicateHost {
        /// The registry.
        host: String,
        /// Where the other entry is.
        first: Origin,
    },
    /// Two mirrors of one name.
    #[error("there is a mirror `{name}` already ({first})")]
    DuplicateMirror {
        /// The name.
        name: MirrorName,
        /// Where the other one is.
        first: Origin,
    },
    /// What a mirror, the defaults or a tag set says does not go together.
    #[error(transparent)]
    Mirror(#[from] MirrorFault),
    /// Half of a pair.
    #[error("`{present}` needs `{missing}` beside it")]
    Incomplete {
        /// The key that is there.
        present: &'static str,
        /// The key that is not.
        missing: &'static str,
    },
    /// An address that others can reach, and nobody is asked for a login there.
    #[error(
        "others can reach {0}: say with `access:` who may do what (`access: {{}}` asks everybody for a login), or \
         listen at 127.0.0.1 or [::1]"
    )]
    Open(Listen),
    /// There is no place for the data folder.
    #[error("`data` must be given: neither HOME nor XDG_DATA_HOME is set")]
    NoDataFolder,
}

fn hint(near: Option<&str>, known: &[String]) -> String {
    match near {
        Some(near) => format!("; did you mean `{near}`?"),
        None => format!(" (known here: {})", known.join(", ")),
    }
}

fn keys(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
}

/// A fault and its place, before it is put into words for the user.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finding {
    pub(crate) fault: Fault,
    pub(crate) place: Place,
}

impl Finding {
    pub(crate) fn into_problem(self, path: &Path, source: &Source<'_>) -> Problem {
        let snippet = match &self.place {
            Place::File(mark) => source.snippet(mark),
            Place::Default | Place::Variable(_) => None,
        };
        Problem { fault: self.fault, origin: self.place.origin(path), snippet }
    }
}

/// Something that is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    fault: Fault,
    origin: Origin,
    snippet: Option<String>,
}

impl Problem {
    /// What is wrong.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }

    /// Where.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// Place, fault, and the line with a caret under what is meant.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fault = &self.fault;
        match &self.origin {
            Origin::Default => write!(f, "{fault}")?,
            origin => write!(f, "{origin}: {fault}")?,
        }
        match &self.snippet {
            Some(snippet) => write!(f, "\n{snippet}"),
            None => Ok(()),
        }
    }
}

/// All that is wrong with a configuration: at least one problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// In the order in which they stand in the file, then those of variables.
    pub(crate) fn new(mut findings: Vec<Finding>, path: &Path, source: &Source<'_>) -> Self {
        // What is wrong at an anchor is found at each of its uses.
        let mut seen = Vec::new();
        findings.retain(|finding| {
            let new = !seen.contains(finding);
            if new {
                seen.push(finding.clone());
            }
            new
        });
        findings.sort_by_key(|finding| match &finding.place {
            Place::Default => (0, 0, 0),
            Place::File(mark) => (1, mark.line, mark.column),
            Place::Variable(_) => (2, 0, 0),
        });
        Self(findings.into_iter().map(|finding| finding.into_problem(path, source)).collect())
    }

    /// The problems.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }
}

impl<'p> IntoIterator for &'p Problems {
    type Item = &'p Problem;
    type IntoIter = std::slice::Iter<'p, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}
