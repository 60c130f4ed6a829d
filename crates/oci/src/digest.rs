//! Content digests (image-spec, "Descriptors", section "Digests").

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Digest as _;

/// A registered digest algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// SHA-256, which every implementation supports.
    Sha256,
    /// SHA-512, registered and optional.
    Sha512,
}

impl Algorithm {
    /// The name in front of the colon.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// How many raw bytes a digest of this algorithm has.
    #[expect(clippy::len_without_is_empty, reason = "the length of a value, not of a collection")]
    pub fn len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// The byte that stands for the algorithm in front of the raw digest bytes in databases.
    pub fn code(self) -> u8 {
        match self {
            Self::Sha256 => 1,
            Self::Sha512 => 2,
        }
    }

    fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Sha256),
            2 => Some(Self::Sha512),
            _ => None,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Algorithm {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        match text {
            "sha256" => Ok(Self::Sha256),
            "sha512" => Ok(Self::Sha512),
            other => Err(DigestError::UnknownAlgorithm(other.to_owned())),
        }
    }
}

impl Serialize for Algorithm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Algorithm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// Why a text or a row of bytes is not a digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// There is no colon between algorithm and value.
    #[error("digest {0:?} has no algorithm (expected `sha256:` and 64 hexadecimal digits)")]
    NoAlgorithm(String),
    /// The algorithm is not one that Portolan can check.
    #[error("digest algorithm {0:?} is not supported (supported: sha256, sha512)")]
    UnknownAlgorithm(String),
    /// The value is not lower-case hexadecimal of the right length.
    #[error("digest value {value:?} is not {expected} lower-case hexadecimal digits")]
    BadValue {
        /// What stood after the colon.
        value: String,
        /// How many digits the algorithm has.
        expected: usize,
    },
    /// A stored form has an unknown algorithm byte or a wrong length.
    #[error("stored digest of {0} bytes is malformed")]
    BadBytes(usize),
}

/// The digest of some content: algorithm and value, checked when made.
///
/// Two digests of different algorithms are never equal, even if they name the same content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(Value);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Value {
    Sha256([u8; 32]),
    Sha512([u8; 64]),
}

impl Digest {
    /// The SHA-256 digest of `content`.
    pub fn sha256(content: &[u8]) -> Self {
        Self(Value::Sha256(sha2::Sha256::digest(content).into()))
    }

    /// The SHA-512 digest of `content`.
    pub fn sha512(content: &[u8]) -> Self {
        Self(Value::Sha512(sha2::Sha512::digest(content).into()))
    }

    /// The digest of `content` by `algorithm`.
    pub fn of(algorithm: Algorithm, content: &[u8]) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::sha256(content),
            Algorithm::Sha512 => Self::sha512(content),
        }
    }

    pub(crate) fn from_sha256(raw: [u8; 32]) -> Self {
        Self(Value::Sha256(raw))
    }

    pub(crate) fn from_sha512(raw: [u8; 64]) -> Self {
        Self(Value::Sha512(raw))
    }

    /// The algorithm.
    pub fn algorithm(&self) -> Algorithm {
        match self.0 {
            Value::Sha256(_) => Algorithm::Sha256,
            Value::Sha512(_) => Algorithm::Sha512,
        }
    }

    /// The raw bytes of the value, without the algorithm.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Value::Sha256(raw) => raw,
            Value::Sha512(raw) => raw,
        }
    }

    /// The value in lower-case hexadecimal: the part after the colon.
    pub fn encoded(&self) -> String {
        hex::encode(self.as_bytes())
    }

    /// The stored form: the algorithm's code byte, then the raw bytes.
    pub fn to_stored(&self) -> Vec<u8> {
        let mut stored = Vec::with_capacity(1 + self.algorithm().len());
        stored.push(self.algorithm().code());
        stored.extend_from_slice(self.as_bytes());
        stored
    }

    /// Reads the form that [`to_stored`](Self::to_stored) writes.
    ///
    /// # Errors
    /// [`DigestError::BadBytes`] if the code is unknown or the length does not fit it.
    pub fn from_stored(stored: &[u8]) -> Result<Self, DigestError> {
        let bad = || DigestError::BadBytes(stored.len());
        let (code, raw) = stored.split_first().ok_or_else(bad)?;
        Ok(match Algorithm::from_code(*code).ok_or_else(bad)? {
            Algorithm::Sha256 => Self::from_sha256(raw.try_into().map_err(|_| bad())?),
            Algorithm::Sha512 => Self::from_sha512(raw.try_into().map_err(|_| bad())?),
        })
    }

    /// The tag under which registries without the referrers API keep the list of referrers of this digest
    /// (distribution-spec, "Referrers Tag Schema"): the algorithm and the value, cut to 64 characters.
    pub fn fallback_tag(&self) -> crate::Tag {
        let value: String = self.encoded().chars().take(64).collect();
        crate::Tag::from_valid(format!("{}-{value}", self.algorithm()))
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let (name, value) = text.split_once(':').ok_or_else(|| DigestError::NoAlgorithm(text.to_owned()))?;
        let algorithm: Algorithm = name.parse()?;
        let bad = || DigestError::BadValue { value: value.to_owned(), expected: algorithm.len() * 2 };
        if value.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(bad());
        }
        match algorithm {
            Algorithm::Sha256 => {
                let mut raw = [0; 32];
                hex::decode_to_slice(value, &mut raw).map_err(|_| bad())?;
                Ok(Self::from_sha256(raw))
            }
            Algorithm::Sha512 => {
                let mut raw = [0; 64];
                hex::decode_to_slice(value, &mut raw).map_err(|_| bad())?;
                Ok(Self::from_sha512(raw))
            }
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm(), self.encoded())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}
