//! What can be wrong with a certificate, by what its owner can do about it.

use std::io;
use std::path::PathBuf;

/// Why a certificate cannot be shown. No text repeats what a file holds.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file is not there, or may not be read.
    #[error("{} cannot be read", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// A file is not whole. What the parser says of it repeats a line.
    #[error("{} is no whole PEM file", .0.display())]
    Malformed(PathBuf),
    /// There is no certificate in the file.
    #[error("{} has no certificate in PEM form", .0.display())]
    NoCertificate(PathBuf),
    /// There is no key in the file, or one that asks for a password.
    #[error("{} has no key in PEM form that can be read without a password", .0.display())]
    NoKey(PathBuf),
    /// It is a certificate, but nobody could be shown it.
    #[error("the certificate in {} cannot be used", file.display())]
    Certificate {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        #[source]
        cause: rustls::Error,
    },
    /// It is a key, but of no kind that TLS knows.
    #[error("the key in {} cannot be used", file.display())]
    Key {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        #[source]
        cause: rustls::Error,
    },
    /// Each is fine, but they are not of one pair.
    #[error("the key in {} is not that of the certificate in {}", key.display(), cert.display())]
    Mismatch {
        /// The file of the certificate.
        cert: PathBuf,
        /// The file of the key.
        key: PathBuf,
    },
    /// The library has no such thing as TLS.
    #[error("TLS cannot be spoken")]
    Protocol(#[source] rustls::Error),
}
