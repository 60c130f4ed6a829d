//! What is kept of a password.

use std::fmt;

/// What is kept of a password: its hash with salt and parameters, as a text in the PHC format. Who makes and reads
/// it is who asks for passwords.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// The hash of this text.
    pub fn new(phc: String) -> Self {
        Self(phc)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Not even the hash is for logs.
impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}
