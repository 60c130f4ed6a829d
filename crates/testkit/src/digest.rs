//! Digests, computed by the test support itself so that it never trusts the code under test.

use sha2::{Digest as _, Sha256, Sha512};

/// `sha256:` and the hexadecimal digest of `bytes`.
pub fn sha256(bytes: impl AsRef<[u8]>) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

/// `sha512:` and the hexadecimal digest of `bytes`.
pub fn sha512(bytes: impl AsRef<[u8]>) -> String {
    format!("sha512:{}", hex::encode(Sha512::digest(bytes)))
}

/// Whether `bytes` have this digest (either algorithm).
pub fn matches(digest: &str, bytes: impl AsRef<[u8]>) -> bool {
    if digest.starts_with("sha512:") { sha512(bytes) == digest } else { sha256(bytes) == digest }
}
