//! The `registries:` section of the configuration: what is set for one registry.

mod byte_rate;
mod registry;
mod secret;

pub use byte_rate::{ByteRate, ByteRateError};
pub use registry::{HostLimits, RegistrySettings, TlsFiles, TlsMode, TlsSettings};
pub use secret::{Secret, SecretError};
