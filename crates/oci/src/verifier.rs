//! Checking content that is known by its descriptor while it streams, once.

use serde::{Deserialize, Serialize};

use crate::hashing::LAYOUT;
use crate::{Descriptor, Digest, Hashing, Verified, VerifyError};

/// Hashes and counts content as it streams, and says at the end whether it is what was promised.
#[derive(Debug, Clone)]
pub struct Verifier {
    expected: Digest,
    size: Option<u64>,
    hashing: Hashing,
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
        Self { expected, size, hashing: Hashing::new(expected.algorithm()) }
    }

    /// How many bytes were seen.
    pub fn offset(&self) -> u64 {
        self.hashing.offset()
    }

    /// The digest that the content must have.
    pub fn digest(&self) -> &Digest {
        &self.expected
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`VerifyError::Long`] as soon as there are more bytes than announced: a source that never ends is
    /// cut off at once. [`finish`](Self::finish) then fails too.
    pub fn update(&mut self, bytes: &[u8]) -> Result<(), VerifyError> {
        self.hashing.update(bytes);
        match self.size {
            Some(expected) if self.offset() > expected => {
                Err(VerifyError::Long { digest: self.expected, expected })
            }
            _ => Ok(()),
        }
    }

    /// Ends the content.
    ///
    /// # Errors
    /// If it is not what was promised.
    pub fn finish(self) -> Result<Verified, VerifyError> {
        self.hashing.prove(&self.expected, self.size)
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
        let mut saved = VerifierState {
            layout: LAYOUT.to_owned(),
            expected: self.expected,
            size: self.size,
            seen: self.offset(),
            state: self.hashing.raw_state(),
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
        let hashing = Hashing::from_raw_state(saved.expected.algorithm(), saved.seen, &saved.state)?;
        Some(Self { expected: saved.expected, size: saved.size, hashing })
    }
}
