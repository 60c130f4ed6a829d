//! Where the bytes of a blob are.

use std::fmt;
use std::str::FromStr;

/// Where the bytes of a blob are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlobPlace {
    /// A file of their own.
    File {
        /// Which writing of the blob it is: a key is used for one writing only.
        generation: u64,
    },
    /// Within a pack.
    Packed {
        /// The pack.
        pack: PackName,
        /// Where in it they begin.
        offset: u64,
    },
}

/// The name of a pack: up to 64 letters, digits and hyphens.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PackName(String);

/// A text that names no pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a pack is named by up to 64 lower-case letters, digits and hyphens")]
pub struct PackNameError;

impl PackName {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PackName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for PackName {
    type Err = PackNameError;

    fn from_str(text: &str) -> Result<Self, PackNameError> {
        let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let valid = (1..=64).contains(&text.len()) && text.bytes().all(word);
        if valid { Ok(Self(text.to_owned())) } else { Err(PackNameError) }
    }
}
