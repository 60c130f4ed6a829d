//! Secrets, which are never shown.

use std::fmt;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

/// A secret: plain text, the content of a file, or an environment variable. Files and variables are read when
/// the secret is used, not when the configuration is loaded.
#[derive(Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
#[schemars(extend("writeOnly" = true))]
pub enum Secret {
    /// The secret itself.
    Plain(String),
    /// A file that holds it; a line end at its end does not count.
    File {
        /// The path.
        file: PathBuf,
    },
    /// An environment variable that holds it.
    Env {
        /// The variable's name.
        env: String,
    },
}

/// Why a secret could not be read. Names where it was looked for, never what was found.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read.
    #[error("secret file {path} cannot be read", path = .path.display())]
    File {
        /// The path.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// The variable is not set or not text.
    #[error("environment variable {0} of a secret is not set")]
    Env(String),
}

impl Secret {
    /// The secret's value.
    ///
    /// # Errors
    /// If the file or variable cannot be read.
    pub fn resolve(&self) -> Result<String, SecretError> {
        match self {
            Self::Plain(text) => Ok(text.clone()),
            Self::File { file } => {
                let text = std::fs::read_to_string(file)
                    .map_err(|cause| SecretError::File { path: file.clone(), cause })?;
                Ok(text.trim_end_matches(['\r', '\n']).to_owned())
            }
            Self::Env { env } => std::env::var(env).map_err(|_| SecretError::Env(env.clone())),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(_) => f.write_str("***"),
            Self::File { file } => write!(f, "file {}", file.display()),
            Self::Env { env } => write!(f, "env {env}"),
        }
    }
}

/// A plain secret is written as `***`; where a secret is to be found is no secret.
impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let (key, value) = match self {
            Self::Plain(_) => return serializer.serialize_str("***"),
            Self::File { file } => ("file", file.display().to_string()),
            Self::Env { env } => ("env", env.clone()),
        };
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(key, &value)?;
        map.end()
    }
}
