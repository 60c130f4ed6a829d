//! Which database the catalogue lives in.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The database of the catalogue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Database {
    /// An SQLite file in the data folder.
    #[default]
    Sqlite,
    /// An SQLite file elsewhere.
    SqliteAt(PathBuf),
}

impl Database {
    /// The SQLite file, with `data` as the data folder.
    pub fn sqlite_file(&self, data: &Path) -> PathBuf {
        match self {
            Self::Sqlite => data.join("catalog.sqlite"),
            Self::SqliteAt(path) => path.clone(),
        }
    }
}

/// Why a text names no database that can be used. Never repeats the text, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    /// A server that a later version will use.
    #[error("database `{0}` is not available in this version (available: `sqlite`, `sqlite:PATH`)")]
    NotAvailable(&'static str),
    /// Something else.
    #[error("this is no database (expected `sqlite` or `sqlite:PATH`)")]
    Unknown,
}

impl FromStr for Database {
    type Err = DatabaseError;

    fn from_str(text: &str) -> Result<Self, DatabaseError> {
        match text.split_once(':').unwrap_or((text, "")) {
            ("sqlite", "") if text == "sqlite" => Ok(Self::Sqlite),
            ("sqlite", path) if !path.is_empty() => Ok(Self::SqliteAt(PathBuf::from(path))),
            ("postgres" | "postgresql", _) => Err(DatabaseError::NotAvailable("postgres")),
            ("mysql" | "mariadb", _) => Err(DatabaseError::NotAvailable("mysql")),
            _ => Err(DatabaseError::Unknown),
        }
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite => f.write_str("sqlite"),
            Self::SqliteAt(path) => write!(f, "sqlite:{}", path.display()),
        }
    }
}

impl Serialize for Database {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Database {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
