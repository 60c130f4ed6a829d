//! What can be wrong with what is set for a host. Always the cause of a
//! [`TransportError::Settings`](crate::TransportError::Settings), which names the file, helper or setting.

/// Why a setting, a file or a helper cannot be used. Never holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum HostsError {
    /// Two settings for one registry.
    #[error("there are two entries for this registry")]
    Duplicate,
    /// A password that belongs to nobody.
    #[error("there is a password without a username")]
    NoUsername,
    /// A user who cannot log in.
    #[error("there is a username without a password")]
    NoPassword,
    /// A certificate without its key, or the other way round.
    #[error("a client certificate needs both `cert` and `key`")]
    HalfPair,
    /// No certificate in a file that should hold one.
    #[error("the file holds no certificate in PEM form")]
    NoCertificate,
}
