//! Platforms (image-spec, `image-index.md`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::bounded::texts;

/// Why a text is not a platform.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a platform (expected OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT, such as linux/arm64)")]
pub struct PlatformError(String);

/// What machine an image runs on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Platform {
    /// CPU architecture, by Go's names: `amd64`, `arm64`. Empty where a document leaves it out, as Go's
    /// readers take it.
    #[serde(default)]
    pub architecture: String,
    /// Operating system, by Go's names: `linux`, `windows`. Empty as above.
    #[serde(default)]
    pub os: String,
    /// Version of the operating system, for Windows.
    #[serde(default, rename = "os.version", skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
    /// Features that the operating system must have.
    #[serde(
        default,
        rename = "os.features",
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "texts"
    )]
    pub os_features: Vec<String>,
    /// Variant of the CPU: `v8`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

impl Platform {
    /// The platform that this program was built for, by Go's names.
    pub fn host() -> Self {
        let architecture = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "x86" => "386",
            "aarch64" => "arm64",
            "powerpc64" if cfg!(target_endian = "little") => "ppc64le",
            "powerpc64" => "ppc64",
            "loongarch64" => "loong64",
            other => other,
        };
        Self::plain("linux", architecture, None)
    }

    fn plain(os: &str, architecture: &str, variant: Option<&str>) -> Self {
        Self {
            architecture: architecture.to_owned(),
            os: os.to_owned(),
            os_version: None,
            os_features: Vec::new(),
            variant: variant.map(str::to_owned),
        }
    }

    /// Whether an image for `candidate` serves a request for this platform: equal operating system and
    /// architecture, and the variant too if the request names one (`arm64` and `arm64/v8` are the same).
    pub fn accepts(&self, candidate: &Self) -> bool {
        let same_variant = match (&self.variant, &candidate.variant) {
            (None, _) => true,
            (Some(wanted), Some(found)) => wanted == found,
            (Some(wanted), None) => self.architecture == "arm64" && wanted == "v8",
        };
        self.os == candidate.os && self.architecture == candidate.architecture && same_variant
    }
}

impl FromStr for Platform {
    type Err = PlatformError;

    fn from_str(text: &str) -> Result<Self, PlatformError> {
        let bad = || PlatformError(text.to_owned());
        let word = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        let mut parts = text.split('/');
        let (os, architecture) = (parts.next().ok_or_else(bad)?, parts.next().ok_or_else(bad)?);
        let variant = parts.next();
        if parts.next().is_some() || ![Some(os), Some(architecture), variant].into_iter().flatten().all(word)
        {
            return Err(bad());
        }
        let architecture = match architecture {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => other,
        };
        Ok(Self::plain(os, architecture, variant))
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        if let Some(variant) = &self.variant {
            write!(f, "/{variant}")?;
        }
        Ok(())
    }
}
