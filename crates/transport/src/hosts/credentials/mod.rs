//! Credential files of Docker and Podman, and the helper programs that they name.
//!
//! Reading follows the tools that write these files: the first file that knows the registry wins, in it the
//! longest key, and a helper before what is written at the host itself.

mod document;
mod edit;
mod file;
mod find;
#[cfg(any(test, feature = "fuzzing"))]
pub(super) mod fuzzing;
mod helper;
mod key;
mod write;

pub use edit::{CredentialFile, Erased, Stored};
pub(super) use find::find;
