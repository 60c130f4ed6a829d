//! What a registry of Picture-Book is here: a mirror, and logins.

use std::path::Path;

use portolan_oci::Registry;
use portolan_sync::Mirror;
use portolan_sync::select::{Policy, TemplateError};
use portolan_sync::settings::{
    ImagesFrom, MirrorName, MirrorNameError, MirrorSettings, NameSettings, Pattern, Period, Schedule,
    ScheduleError, TagSets,
};
use portolan_transport::{HostLimits, RegistrySettings, Secret};

use super::{BookLogin, BookLogins, BookRegistry};

/// How long a script may take: Picture-Book had no limit, and lists are downloaded.
const SCRIPT: Period = Period::hours(1);

/// Tags that are brought again even if they are there.
const MOVING: &str = "^latest$";

/// Why a registry of Picture-Book is no mirror.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    /// Its name is none for a mirror.
    #[error(transparent)]
    Name(#[from] MirrorNameError),
    /// Its images have no place.
    #[error(transparent)]
    Target(#[from] TemplateError),
    /// Whatever else a mirror must not be.
    #[error("{0}")]
    Mirror(String),
}

impl BookRegistry {
    /// The name of its mirror: the host, with `_` for what such a name cannot have.
    ///
    /// # Errors
    /// If nothing of the host is left that a name can have.
    pub fn mirror_name(&self) -> Result<MirrorName, MirrorNameError> {
        let letter = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
        let name: String = self.hostname.as_str().chars().map(letter).collect();
        name.trim_start_matches('_').parse()
    }

    /// When it is filled: in UTC unless the period says otherwise, as five fields of cron or a word such as
    /// `@hourly`.
    ///
    /// # Errors
    /// If `text` is no period.
    pub fn schedule(text: &str) -> Result<Schedule, ScheduleError> {
        let has_zone = text.starts_with("TZ=") || text.starts_with("CRON_TZ=");
        if has_zone { text.parse() } else { format!("CRON_TZ=UTC {text}").parse() }
    }

    /// The command that lists its images. A script without a slash is looked for in this folder first, and then where
    /// programs are.
    pub fn command(&self) -> Vec<String> {
        let is_here = !self.script.contains('/') && Path::new(&self.script).is_file();
        let program = if is_here { format!("./{}", self.script) } else { self.script.clone() };
        [program].into_iter().chain(self.arguments.split(' ').map(str::to_owned)).collect()
    }

    /// The same rule as a mirror.
    ///
    /// # Errors
    /// If host or repository make no names.
    pub fn settings(&self) -> Result<MirrorSettings, BookError> {
        let host = &self.hostname;
        let image = match self.repository.as_str() {
            "" => "{image}".to_owned(),
            prefix => format!("{{image:{prefix}}}"),
        };
        let exclude: Vec<Pattern> = MOVING.parse::<Pattern>().into_iter().collect();
        Ok(MirrorSettings {
            name: self.mirror_name()?,
            source: None,
            repositories: None,
            images: None,
            images_from: Some(ImagesFrom::Command { command: self.command(), timeout: Some(SCRIPT) }),
            targets: vec![format!("{host}/{image}").parse()?],
            tags: None,
            platforms: None,
            index: None,
            artifact_types: None,
            referrers: None,
            schedule: Self::schedule(&self.period).ok(),
            every: None,
            jitter: None,
            prune: None,
            immutable: None,
            keep_existing: Some(NameSettings { include: Vec::new(), exclude }),
        })
    }

    /// The mirror.
    ///
    /// # Errors
    /// As [`settings`](Self::settings).
    pub fn mirror(&self) -> Result<Mirror, BookError> {
        Mirror::new(&self.settings()?, &Policy::default(), &TagSets::new()).map_err(|faults| {
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            BookError::Mirror(faults.join("; "))
        })
    }

    /// Who logs in where, if images come from these registries: `pushAuthConfig` (else `pullAuthConfig`) at the host,
    /// `pullAuthConfig` at the only registry that images come from, or at those of `pullHosts`.
    pub fn logins(&self, sources: &[Registry]) -> BookLogins {
        let mut logins = BookLogins::default();
        if let Some(login) = self.push.as_ref().or(self.pull.as_ref()) {
            logins.registries.push(settings(&self.hostname, login));
        }
        let Some(pull) = &self.pull else { return logins };
        let elsewhere: Vec<&Registry> = sources.iter().filter(|host| **host != self.hostname).collect();
        let is_for = |host: &Registry| match (self.pull_hosts.as_slice(), elsewhere.as_slice()) {
            ([], [only]) => *only == host,
            (hosts, _) => hosts.contains(host),
        };
        for host in &elsewhere {
            if is_for(host) {
                logins.registries.push(settings(host, pull));
            } else {
                logins.without.push((*host).clone());
            }
        }
        logins
    }
}

fn settings(host: &Registry, login: &BookLogin) -> RegistrySettings {
    RegistrySettings {
        host: host.clone(),
        username: Some(login.user.clone()),
        password: Some(Secret::Plain(login.password.clone())),
        tls: None,
        limits: HostLimits::default(),
        token_realm: None,
    }
}
