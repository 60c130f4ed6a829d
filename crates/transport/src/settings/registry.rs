//! What is set for one registry.

use std::path::PathBuf;

use portolan_oci::Registry;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ByteRate, Secret};

/// How one registry is reached, and as whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegistrySettings {
    /// Host name or address, with the port if it is not the usual one.
    #[schemars(with = "String")]
    pub host: Registry,
    /// User to log in as. Without one, Docker's and Podman's credential files are asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Password or access token of that user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// How the connection is secured; `off` is plain HTTP. Registries on this machine fall back to plain HTTP
    /// by themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<TlsSettings>,
    /// How much may be asked of this registry at once.
    #[serde(default)]
    pub limits: HostLimits,
    /// Token server on another host that may be given the credentials, in place of the one that was seen
    /// first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_realm: Option<String>,
}

/// How a connection is secured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum TlsSettings {
    /// A word: see [`TlsMode`].
    Mode(TlsMode),
    /// Certificates.
    Files(TlsFiles),
}

/// A way to secure a connection that needs no files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TlsMode {
    /// Plain HTTP.
    Off,
    /// TLS, but any certificate is taken: for tests only.
    Insecure,
}

/// Certificates for a connection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TlsFiles {
    /// PEM file of further authorities to trust.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
    /// PEM file with our certificate, for registries that ask for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cert: Option<PathBuf>,
    /// PEM file with its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
}

/// How much may be asked of one registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HostLimits {
    /// Requests under way at once.
    #[schemars(range(min = 1))]
    pub concurrency: u16,
    /// Requests per second; without a value there is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub requests_per_second: Option<u32>,
    /// How fast content may come from it, and how fast it may go there: `20MB/s`, `100Mbit/s`; without a value
    /// there is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<ByteRate>,
}

impl Default for HostLimits {
    fn default() -> Self {
        Self { concurrency: 16, requests_per_second: None, bandwidth: None }
    }
}
