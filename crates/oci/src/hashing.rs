//! Hashing content as it comes, apart from what it should be: an upload may name its digest at its end.
//!
//! [`Verified`] is the only proof that bytes had a digest, and only [`Hashing::prove`] makes it. What commits
//! content takes a `Verified`; so nothing unchecked can be committed, and nothing is hashed twice.

use serde::{Deserialize, Serialize};
use sha2::Digest as _;
use sha2::digest::common::hazmat::SerializableState;

use crate::{Algorithm, Digest};

/// The proof that some bytes had this digest and this size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    digest: Digest,
    size: u64,
}

impl Verified {
    /// The digest that the bytes had.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// How many bytes there were.
    pub fn size(&self) -> u64 {
        self.size
    }
}

/// What was wrong with content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The bytes hash to something else.
    #[error("content of {expected} is wrong: it hashes to {actual}")]
    Digest {
        /// The digest that was asked for.
        expected: Digest,
        /// The digest of what came.
        actual: Digest,
    },
    /// The bytes were hashed by another algorithm than the digest's: they have to be read once more.
    #[error("content of {expected} was hashed by {hashed}")]
    Algorithm {
        /// The digest that was asked for.
        expected: Digest,
        /// What the bytes were hashed by.
        hashed: Algorithm,
    },
    /// Fewer bytes came than the descriptor says.
    #[error("content of {digest} is short: {actual} of {expected} bytes")]
    Short {
        /// The digest that was asked for.
        digest: Digest,
        /// Bytes announced.
        expected: u64,
        /// Bytes received.
        actual: u64,
    },
    /// More bytes came than the descriptor says.
    #[error("content of {digest} is longer than the {expected} bytes announced")]
    Long {
        /// The digest that was asked for.
        digest: Digest,
        /// Bytes announced.
        expected: u64,
    },
}

/// Hashes and counts content whose digest may not be known yet.
#[derive(Debug, Clone)]
pub struct Hashing {
    seen: u64,
    hasher: Hasher,
}

#[derive(Debug, Clone)]
enum Hasher {
    Sha256(sha2::Sha256),
    Sha512(sha2::Sha512),
}

/// The state of a [`Hashing`] in a form that survives a restart, so that a resumed upload never reads again
/// what was hashed before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HashingState {
    /// As [`LAYOUT`]. A state of another layout is of no use and the content is hashed again.
    layout: String,
    algorithm: Algorithm,
    seen: u64,
    state: String,
    /// SHA-256 of all of the above: a state that was damaged on its way must not be hashed on.
    check: Digest,
}

/// What saved states look like inside: the hashing library's name and major version.
pub(crate) const LAYOUT: &str = "sha2-0.11";

impl HashingState {
    fn checksum(&self) -> Digest {
        let Self { layout, algorithm, seen, state, check: _ } = self;
        Digest::sha256(format!("{layout} {algorithm} {seen} {state}").as_bytes())
    }

    /// How many bytes had been hashed.
    pub fn offset(&self) -> u64 {
        self.seen
    }

    /// What they were hashed by.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl Hashing {
    /// Nothing hashed yet.
    pub fn new(algorithm: Algorithm) -> Self {
        let hasher = match algorithm {
            Algorithm::Sha256 => Hasher::Sha256(sha2::Sha256::new()),
            Algorithm::Sha512 => Hasher::Sha512(sha2::Sha512::new()),
        };
        Self { seen: 0, hasher }
    }

    /// What is hashed by.
    pub fn algorithm(&self) -> Algorithm {
        match self.hasher {
            Hasher::Sha256(_) => Algorithm::Sha256,
            Hasher::Sha512(_) => Algorithm::Sha512,
        }
    }

    /// How many bytes were seen.
    pub fn offset(&self) -> u64 {
        self.seen
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.seen = self.seen.saturating_add(bytes.len() as u64);
        match &mut self.hasher {
            Hasher::Sha256(hasher) => hasher.update(bytes),
            Hasher::Sha512(hasher) => hasher.update(bytes),
        }
    }

    /// The digest of what was seen. It proves nothing: whoever expects content asks to [`prove`](Self::prove).
    pub fn digest(self) -> Digest {
        match self.hasher {
            Hasher::Sha256(hasher) => Digest::from_sha256(hasher.finalize().into()),
            Hasher::Sha512(hasher) => Digest::from_sha512(hasher.finalize().into()),
        }
    }

    /// Proves that what was seen is what was expected; a `size` of `None` was not announced.
    ///
    /// # Errors
    /// [`VerifyError`], by what differs: the algorithm, the size, the digest.
    pub fn prove(self, expected: &Digest, size: Option<u64>) -> Result<Verified, VerifyError> {
        let (digest, seen) = (*expected, self.seen);
        if self.algorithm() != digest.algorithm() {
            return Err(VerifyError::Algorithm { expected: digest, hashed: self.algorithm() });
        }
        match size {
            Some(expected) if seen < expected => {
                return Err(VerifyError::Short { digest, expected, actual: seen });
            }
            Some(expected) if seen > expected => return Err(VerifyError::Long { digest, expected }),
            _ => {}
        }
        let actual = self.digest();
        if actual == digest {
            Ok(Verified { digest, size: seen })
        } else {
            Err(VerifyError::Digest { expected: digest, actual })
        }
    }

    /// The state, to be kept beside an unfinished upload.
    pub fn save(&self) -> HashingState {
        let mut saved = HashingState {
            layout: LAYOUT.to_owned(),
            algorithm: self.algorithm(),
            seen: self.seen,
            state: self.raw_state(),
            check: Digest::sha256(&[]),
        };
        saved.check = saved.checksum();
        saved
    }

    /// Continues from a saved state; `None` if it was saved by another library version or is damaged: then
    /// the content must be hashed from its start.
    pub fn restore(saved: &HashingState) -> Option<Self> {
        if saved.layout != LAYOUT || saved.check != saved.checksum() {
            return None;
        }
        Self::from_raw_state(saved.algorithm, saved.seen, &saved.state)
    }

    pub(crate) fn raw_state(&self) -> String {
        match &self.hasher {
            Hasher::Sha256(hasher) => hex::encode(hasher.serialize()),
            Hasher::Sha512(hasher) => hex::encode(hasher.serialize()),
        }
    }

    pub(crate) fn from_raw_state(algorithm: Algorithm, seen: u64, state: &str) -> Option<Self> {
        let raw = hex::decode(state).ok()?;
        let hasher = match algorithm {
            Algorithm::Sha256 => {
                let raw = raw.as_slice().try_into().ok()?;
                Hasher::Sha256(sha2::Sha256::deserialize(raw).ok()?)
            }
            Algorithm::Sha512 => {
                let raw = raw.as_slice().try_into().ok()?;
                Hasher::Sha512(sha2::Sha512::deserialize(raw).ok()?)
            }
        };
        Some(Self { seen, hasher })
    }
}
