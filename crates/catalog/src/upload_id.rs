//! The name of an upload session.

use std::fmt;
use std::str::FromStr;

use rand::RngExt as _;

/// The name of an upload session: 32 hexadecimal digits that nobody can guess. Who knows it may go on with the
/// upload, as far as the door lets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UploadId([u8; 16]);

/// A text that names no upload session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an upload session is named by 32 hexadecimal digits")]
pub struct UploadIdError;

impl UploadId {
    /// A new one, from the system's source of secrets.
    pub fn random() -> Self {
        Self(rand::rng().random())
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl FromStr for UploadId {
    type Err = UploadIdError;

    fn from_str(text: &str) -> Result<Self, UploadIdError> {
        let mut bytes = [0; 16];
        let lower = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !lower || hex::decode_to_slice(text, &mut bytes).is_err() {
            return Err(UploadIdError);
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_and_nothing_else_is_one() {
        let id = UploadId::random();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_ne!(UploadId::random(), id);
        let upper = "AB".repeat(16);
        for wrong in ["", "../../etc/passwd", "0123", upper.as_str(), &"0".repeat(33)] {
            assert_eq!(wrong.parse::<UploadId>(), Err(UploadIdError), "{wrong}");
        }
    }
}
