//! The `registries:` section of the configuration: what is set for one registry.

mod registry;
mod secret;

pub use registry::{HostLimits, RegistrySettings, TlsFiles, TlsMode, TlsSettings};
pub use secret::{Secret, SecretError};
