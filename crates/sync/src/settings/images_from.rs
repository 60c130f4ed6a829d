//! Where a list of images comes from.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::Period;

/// Where a list of images comes from: one name a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum ImagesFrom {
    /// A command that prints it.
    Command {
        /// The program and its arguments; no shell is between.
        command: Vec<String>,
        /// How long it may take; the default is `60s`.
        #[serde(skip_serializing_if = "Option::is_none")]
        timeout: Option<Period>,
    },
    /// A file that holds it.
    File {
        /// The path.
        file: PathBuf,
    },
}

impl ImagesFrom {
    /// How long a command may take that has no `timeout`.
    pub const TIMEOUT: Period = Period::seconds(60);
}

/// By hand, so that what is wrong inside is told as it is.
impl<'de> Deserialize<'de> for ImagesFrom {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Keys {
            command: Option<Vec<String>>,
            timeout: Option<Period>,
            file: Option<PathBuf>,
        }

        match Keys::deserialize(deserializer)? {
            Keys { command: Some(command), timeout, file: None } if !command.is_empty() => {
                if timeout.is_some_and(Period::is_zero) {
                    return Err(D::Error::custom("a `timeout` of nothing lets no command run"));
                }
                Ok(Self::Command { command, timeout })
            }
            Keys { command: Some(_), file: None, .. } => Err(D::Error::custom("`command` names no program")),
            Keys { command: None, timeout: None, file: Some(file) } => Ok(Self::File { file }),
            _ => Err(D::Error::custom("either `command` (with `timeout`) or `file`")),
        }
    }
}
