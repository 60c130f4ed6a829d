//! The listener's certificate: read from two files, and exchanged while connections go on when the files change.
//!
//! Not here: the handshake (`http`), and who may do what once the connection is secured ([`crate::access`]).

mod error;
mod expiry;
mod files;
mod shown;
#[cfg(test)]
mod tests;

pub use error::TlsError;
pub use files::TlsFiles;
pub use shown::Tls;
