//! Who may tell the daemon of new images.

use portolan_oci::Registry;
use portolan_transport::Secret;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A sender of webhooks, who is answered at `/hooks/KIND`. The mirrors that take an image of which it tells see to that
/// image at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HookSettings {
    /// What the sender is.
    pub kind: HookKind,
    /// The registry whose images it tells of, as mirrors name it. What Docker Hub, Quay and GitHub tell of is in
    /// `docker.io`, `quay.io` and `ghcr.io` unless it is said here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub registry: Option<Registry>,
    /// The secret that it shows, or signs with.
    pub secret: Secret,
    /// Hosts that may be told what became of an image, if the sender names an address for that (`callback_url` of Docker
    /// Hub). For Docker Hub `[registry.hub.docker.com]` unless it is said here; else none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<String>>")]
    pub callbacks: Option<Vec<Registry>>,
}

/// Senders of webhooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HookKind {
    /// Docker Hub.
    DockerHub,
    /// Docker's registry (distribution), by its `notifications`.
    DockerRegistry,
    /// Harbor.
    Harbor,
    /// Quay.
    Quay,
    /// GitHub packages.
    Github,
    /// GitLab's registry.
    Gitlab,
    /// Harbor and zot, by `CloudEvents`.
    Cloudevents,
}

impl HookKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::DockerHub,
        Self::DockerRegistry,
        Self::Harbor,
        Self::Quay,
        Self::Github,
        Self::Gitlab,
        Self::Cloudevents,
    ];

    /// In a word, as in the configuration and behind `/hooks/`.
    pub fn word(self) -> &'static str {
        match self {
            Self::DockerHub => "docker-hub",
            Self::DockerRegistry => "docker-registry",
            Self::Harbor => "harbor",
            Self::Quay => "quay",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Cloudevents => "cloudevents",
        }
    }

    /// The host that it wants to hear back at, if it wants to.
    fn callback(self) -> Option<&'static str> {
        (self == Self::DockerHub).then_some("registry.hub.docker.com")
    }

    /// The registry that it tells of, if there is but one.
    pub fn registry(self) -> Option<&'static str> {
        match self {
            Self::DockerHub => Some("docker.io"),
            Self::Quay => Some("quay.io"),
            Self::Github => Some("ghcr.io"),
            Self::DockerRegistry | Self::Harbor | Self::Gitlab | Self::Cloudevents => None,
        }
    }
}

impl HookSettings {
    /// Hosts that may be told what became of an image.
    pub fn callbacks(&self) -> Vec<Registry> {
        let usual = || self.kind.callback().into_iter().filter_map(|host| host.parse().ok()).collect();
        self.callbacks.clone().unwrap_or_else(usual)
    }

    /// The registry that it tells of.
    pub fn registry(&self) -> Option<Registry> {
        self.registry.clone().or_else(|| self.kind.registry()?.parse().ok())
    }
}
