//! The configuration as the rest of the program sees it.

use std::path::PathBuf;

use portolan_sync::settings::{MirrorSettings, PolicySettings, TagSets};
use portolan_transport::{ByteRate, RegistrySettings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::database::DatabaseForm;
use crate::{
    AccessSettings, Database, HookSettings, Listen, NodeSettings, Retention, ServerCertificate, Telemetry,
};

/// All that `portolan.yaml` can say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "portolan.yaml")]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Version of the configuration's format. Must be given, and is 1.
    #[schemars(extend("const" = 1))]
    pub version: u32,
    /// Folder of what is kept between runs. `~/` is the home folder; the default follows `$XDG_DATA_HOME`.
    #[serde(default)]
    #[schemars(extend("default" = "~/.local/share/portolan"))]
    pub data: PathBuf,
    /// Database of what is known and done: `sqlite` in the data folder, `sqlite:PATH`, or the URL of a database on a
    /// server that several processes may share: `postgres://USER:PASSWORD@HOST/DATABASE` or `mysql://…`.
    #[serde(default)]
    #[schemars(with = "DatabaseForm", extend("default" = "sqlite"))]
    pub database: Database,
    /// This process among others that share a database on a server.
    #[serde(default, skip_serializing_if = "NodeSettings::is_default")]
    pub nodes: NodeSettings,
    /// Where the daemon listens: address and port. One that others can reach needs `access`.
    #[serde(default)]
    #[schemars(with = "String", extend("default" = "127.0.0.1:5000"))]
    pub listen: Listen,
    /// The certificate that the daemon shows: with it, it speaks TLS where it listens. A new one is shown from the time on
    /// at which both files hold it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<ServerCertificate>,
    /// Who may do what at the daemon. Without it nobody is asked, and only this machine is answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<AccessSettings>,
    /// Whether the daemon keeps an OCI image layout of each repository of its store, for tools that read folders:
    /// `store/layouts/REPOSITORY/_layout` in the data folder.
    #[serde(default)]
    pub layouts: bool,
    /// What is set for single registries. A registry needs no entry to be used.
    #[serde(default)]
    pub registries: Vec<RegistrySettings>,
    /// Which images go where, and when.
    #[serde(default)]
    pub mirrors: Vec<MirrorSettings>,
    /// What holds for mirrors that do not say otherwise.
    #[serde(default)]
    pub defaults: PolicySettings,
    /// Rules for tags by a name of your own, for mirrors to use.
    #[serde(default)]
    pub tag_sets: TagSets,
    /// Who may tell the daemon of new images.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<HookSettings>,
    /// How much is done at once.
    #[serde(default)]
    pub limits: Limits,
    /// How long history is kept.
    #[serde(default)]
    pub retention: Retention,
    /// What is written to standard error.
    #[serde(default)]
    pub log: LogSettings,
    /// Who is told what is done, and how long it takes.
    #[serde(default, skip_serializing_if = "Telemetry::is_off")]
    pub telemetry: Telemetry,
}

/// How much is done at once, over all registries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Transfers under way at once.
    #[schemars(range(min = 1))]
    pub concurrency: u16,
    /// How fast content may come in from all registries together, and how fast it may go out to them:
    /// `20MB/s`, `100Mbit/s`; without a value there is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<ByteRate>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { concurrency: 16, bandwidth: None }
    }
}

/// What is written to standard error.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LogSettings {
    /// The least important messages that are written.
    pub level: LogLevel,
    /// How they are written.
    pub format: LogFormat,
}

/// How important a message is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// What failed.
    Error,
    /// And what may need attention.
    #[default]
    Warn,
    /// And what is done.
    Info,
    /// And how it is done: one line a request.
    Debug,
    /// And every step.
    Trace,
}

/// How messages are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}
