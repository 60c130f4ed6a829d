//! Ranges of versions.

use std::fmt;
use std::str::FromStr;

use semver::{Version, VersionReq};

use super::setting_text;

/// A range of versions, as Cargo writes it: `>=12`, `>=12, <14`, `~1.2`, `1.x`. A bare `12` is `^12`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRange {
    text: String,
    range: VersionReq,
}
setting_text!(VersionRange);

/// Why a text is no range of versions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a range of versions: {detail} (written `>=12`, `>=12, <14`, `~1.2`)")]
pub struct VersionRangeError {
    text: String,
    detail: String,
}

impl VersionRange {
    /// Whether the version is in the range. One before a release is only if the range names such a one.
    pub fn has(&self, version: &Version) -> bool {
        self.range.matches(version)
    }
}

impl FromStr for VersionRange {
    type Err = VersionRangeError;

    fn from_str(text: &str) -> Result<Self, VersionRangeError> {
        match text.parse() {
            Ok(range) => Ok(Self { text: text.to_owned(), range }),
            Err(cause) => Err(VersionRangeError { text: text.to_owned(), detail: cause.to_string() }),
        }
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
