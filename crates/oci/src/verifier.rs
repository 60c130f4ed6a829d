//! Checking content while it streams, once.
//!
//! [`Verified`] is the only proof that bytes matched their descriptor, and only [`Verifier`] makes it. What
//! commits content takes a `Verified`; so nothing unchecked can be committed, and nothing is hashed twice.

use serde::{Deserialize, Serialize};
use sha2::Digest as _;
use sha2::digest::common::hazmat::SerializableState;

use crate::{Algorithm, Descriptor, Digest};

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

/// Hashes and counts content as it streams, and says at the end whether it is what was promised.
#[derive(Debug, Clone)]
pub struct Verifier {
    expected: Digest,
    size: Option<u64>,
    seen: u64,
    hasher: Hasher,
}

#[derive(Debug, Clone)]
enum Hasher {
    Sha256(sha2::Sha256),
    Sha512(sha2::Sha512),
}

impl Hasher {
    fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::Sha256(sha2::Sha256::new()),
            Algorithm::Sha512 => Self::Sha512(sha2::Sha512::new()),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Sha512(hasher) => hasher.update(bytes),
        }
    }

    fn finish(self) -> Digest {
        match self {
            Self::Sha256(hasher) => Digest::from_sha256(hasher.finalize().into()),
            Self::Sha512(hasher) => Digest::from_sha512(hasher.finalize().into()),
        }
    }
}

/// The state of a [`Verifier`] in a form that survives a restart, so that a resumed transfer never reads
/// again what was hashed before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifierState {
    /// The layout of `state`: the hashing library's name and major version. A state of another layout is
    /// of no use and the content is hashed again.
    layout: String,
    expected: Digest,
    size: Option<u64>,
    seen: u64,
    state: String,
    /// SHA-256 of all of the above: a state that was damaged on its way must not be hashed on.
    check: Digest,
}

const LAYOUT: &str = "sha2-0.11";

impl VerifierState {
    fn checksum(&self) -> Digest {
        let Self { layout, expected, size, seen, state, check: _ } = self;
        Digest::sha256(format!("{layout} {expected} {size:?} {seen} {state}").as_bytes())
    }

    /// How many bytes had been hashed.
    pub fn offset(&self) -> u64 {
        self.seen
    }
}

impl Verifier {
    /// A verifier for content whose size is known.
    pub fn new(descriptor: &Descriptor) -> Self {
        Self::with_size(descriptor.digest, Some(descriptor.size))
    }

    /// A verifier for content of which only the digest is known.
    pub fn of_digest(digest: Digest) -> Self {
        Self::with_size(digest, None)
    }

    fn with_size(expected: Digest, size: Option<u64>) -> Self {
        Self { expected, size, seen: 0, hasher: Hasher::new(expected.algorithm()) }
    }

    /// How many bytes were seen.
    pub fn offset(&self) -> u64 {
        self.seen
    }

    /// The digest that the content must have.
    pub fn digest(&self) -> &Digest {
        &self.expected
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`VerifyError::Long`] as soon as there are more bytes than announced: a source that never ends is
    /// cut off at once.
    pub fn update(&mut self, bytes: &[u8]) -> Result<(), VerifyError> {
        self.seen = self.seen.saturating_add(bytes.len() as u64);
        if let Some(expected) = self.size
            && self.seen > expected
        {
            return Err(VerifyError::Long { digest: self.expected, expected });
        }
        self.hasher.update(bytes);
        Ok(())
    }

    /// Ends the content.
    ///
    /// # Errors
    /// If it is not what was promised.
    pub fn finish(self) -> Result<Verified, VerifyError> {
        match self.size {
            Some(expected) if self.seen < expected => {
                return Err(VerifyError::Short { digest: self.expected, expected, actual: self.seen });
            }
            // A caller that went on after `update` failed: the surplus was counted but not hashed.
            Some(expected) if self.seen > expected => {
                return Err(VerifyError::Long { digest: self.expected, expected });
            }
            _ => {}
        }
        let actual = self.hasher.finish();
        if actual == self.expected {
            Ok(Verified { digest: actual, size: self.seen })
        } else {
            Err(VerifyError::Digest { expected: self.expected, actual })
        }
    }

    /// Checks bytes that are all at hand.
    ///
    /// # Errors
    /// As [`update`](Self::update) and [`finish`](Self::finish).
    pub fn check(descriptor: &Descriptor, bytes: &[u8]) -> Result<Verified, VerifyError> {
        let mut verifier = Self::new(descriptor);
        verifier.update(bytes)?;
        verifier.finish()
    }

    /// The state, to be kept beside an unfinished transfer.
    pub fn save(&self) -> VerifierState {
        let state = match &self.hasher {
            Hasher::Sha256(hasher) => hex::encode(hasher.serialize()),
            Hasher::Sha512(hasher) => hex::encode(hasher.serialize()),
        };
        let mut saved = VerifierState {
            layout: LAYOUT.to_owned(),
            expected: self.expected,
            size: self.size,
            seen: self.seen,
            state,
            check: self.expected,
        };
        saved.check = saved.checksum();
        saved
    }

    /// Continues from a saved state; `None` if it was saved by another library version or is damaged: then
    /// the content must be hashed from its start.
    pub fn restore(saved: &VerifierState) -> Option<Self> {
        if saved.layout != LAYOUT || saved.check != saved.checksum() {
            return None;
        }
        let raw = hex::decode(&saved.state).ok()?;
        let hasher = match saved.expected.algorithm() {
            Algorithm::Sha256 => {
                let raw = raw.as_slice().try_into().ok()?;
                Hasher::Sha256(sha2::Sha256::deserialize(raw).ok()?)
            }
            Algorithm::Sha512 => {
                let raw = raw.as_slice().try_into().ok()?;
                Hasher::Sha512(sha2::Sha512::deserialize(raw).ok()?)
            }
        };
        Some(Self { expected: saved.expected, size: saved.size, seen: saved.seen, hasher })
    }
}
