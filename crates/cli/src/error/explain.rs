//! What a failure means for the exit code, and what to do about it.

use portolan_catalog::CatalogError;
use portolan_config::Loaded;
use portolan_sync::{CopyError, MirrorError, SyncError};
use portolan_transport::TransportError;

use super::Failure;
use crate::outcome::Outcome;
use crate::output::Span;

impl Failure {
    /// How the program ends for it.
    pub(super) fn outcome(&self) -> Outcome {
        match self {
            Self::Usage(_) => Outcome::Usage,
            Self::Config(_) => Outcome::Configuration,
            Self::Copy(error) => copy_outcome(error),
            Self::Transport(error) => transport_outcome(error),
            Self::NotFound(_) => Outcome::NotFound,
            Self::NotAuthorised(_) => Outcome::NotAuthorised,
            Self::Killed => Outcome::Interrupted,
            Self::Mirror(error) => mirror_outcome(error),
            Self::Sync(_) | Self::Catalog(_) | Self::Other { .. } | Self::Refused(_) | Self::Output(_) => {
                Outcome::Failed
            }
        }
    }

    /// What to do about it. `config` says whose credentials come from where.
    pub(super) fn hints(&self, config: Option<&Loaded>) -> Vec<String> {
        match self {
            Self::Catalog(error) => catalog_hints(error),
            Self::Copy(CopyError::Journal { cause }) => catalog_hints(cause),
            Self::Copy(CopyError::NoPlatform { .. }) => {
                vec!["leave out --platform to copy all platforms".to_owned()]
            }
            Self::Copy(CopyError::Incomplete { .. }) => {
                vec!["--platform OS/ARCH copies one platform that is there".to_owned()]
            }
            Self::Copy(CopyError::Source { cause, .. } | CopyError::Target { cause, .. }) => {
                let mut hints = transport_hints(cause, config);
                hints.extend(resume_hint(cause));
                hints
            }
            Self::Transport(error) => transport_hints(error, config),
            Self::Mirror(MirrorError::Source { cause, .. } | MirrorError::Target { cause, .. }) => {
                transport_hints(cause, config)
            }
            Self::Mirror(MirrorError::Clash(..)) => {
                vec!["{registry}, {repository}, {name} and {tag} in a target keep images apart".to_owned()]
            }
            Self::Sync(SyncError::Held { .. }) => {
                vec!["wait until it has ended, or end it: the mirror is free at once".to_owned()]
            }
            _ => Vec::new(),
        }
    }
}

fn copy_outcome(error: &CopyError) -> Outcome {
    match error {
        CopyError::Cancelled => Outcome::Interrupted,
        CopyError::NoPlatform { .. } => Outcome::NotFound,
        CopyError::Source { cause, .. } | CopyError::Target { cause, .. } => transport_outcome(cause),
        CopyError::Incomplete { .. }
        | CopyError::Moved { .. }
        | CopyError::Overtaken { .. }
        | CopyError::Immutable { .. }
        | CopyError::TooComplex { .. }
        | CopyError::Rewrite { .. }
        | CopyError::Elsewhere { .. }
        | CopyError::Journal { .. } => Outcome::Failed,
    }
}

fn mirror_outcome(error: &MirrorError) -> Outcome {
    match error {
        MirrorError::Source { cause, .. } | MirrorError::Target { cause, .. } => transport_outcome(cause),
        MirrorError::Expand(_) | MirrorError::Clash(..) | MirrorError::Archive(_) => Outcome::Configuration,
        MirrorError::Cancelled => Outcome::Interrupted,
        MirrorError::List(_) | MirrorError::Journal(_) => Outcome::Failed,
    }
}

fn transport_outcome(error: &TransportError) -> Outcome {
    match error {
        TransportError::NotFound { .. } => Outcome::NotFound,
        TransportError::Unauthorized { .. } | TransportError::Denied { .. } => Outcome::NotAuthorised,
        TransportError::Settings { .. } => Outcome::Configuration,
        _ => Outcome::Failed,
    }
}

fn transport_hints(error: &TransportError, config: Option<&Loaded>) -> Vec<String> {
    match error {
        TransportError::Unauthorized { host, user: None, .. } => {
            vec![format!("log in with `portolan login {host}`")]
        }
        TransportError::Unauthorized { host, user: Some(user), .. } => {
            let from = whose(host, config);
            vec![
                format!("the credentials of {user:?} were not accepted; they come from {from}"),
                format!("log in anew with `portolan login {host}`"),
            ]
        }
        TransportError::Denied { host, .. } => vec![format!(
            "{host} may hide what does not exist; check the repository's name and what this user may do"
        )],
        TransportError::UnknownHost { host, .. } => {
            vec![format!("check the spelling of {host}, and that this machine can resolve names")]
        }
        TransportError::Tls { host, .. } => vec![
            "if its authority is to be trusted, put into portolan.yaml:".to_owned()
                + &format!("\n  registries:\n    - host: {host}\n      tls: {{ca: FILE}}"),
            "`tls: off` there is for a registry that speaks plain HTTP".to_owned(),
        ],
        TransportError::RateLimited { host, retry_after } => {
            let wait = retry_after.map(|wait| format!("try again in {}; ", Span(wait))).unwrap_or_default();
            vec![format!("{wait}{host} may allow more after `portolan login {host}`")]
        }
        TransportError::Content { .. } => {
            vec!["the content is damaged where it comes from; nothing of it was made visible".to_owned()]
        }
        _ => Vec::new(),
    }
}

/// What a copy that failed for a passing reason costs.
fn resume_hint(error: &TransportError) -> Option<String> {
    let first = match error {
        TransportError::OutOfSpace { .. } => "make room and run the same command again",
        TransportError::Unavailable { .. } | TransportError::SessionLost { .. } => {
            "run the same command again"
        }
        _ => return None,
    };
    Some(format!("{first}: what has arrived is not sent again"))
}

/// Where the credentials for a host come from, in words.
fn whose(host: &str, config: Option<&Loaded>) -> String {
    let entry = config.into_iter().flat_map(|loaded| {
        let entries = loaded.config.registries.iter().enumerate();
        entries.map(move |(index, entry)| (loaded, index, entry))
    });
    let mut set = entry
        .filter(|(_, _, entry)| entry.host.as_str() == host && entry.username.is_some())
        .map(|(loaded, index, _)| loaded.origin(&format!("registries[{index}].username")).to_string());
    set.next().unwrap_or_else(|| "the credential files of Docker and Podman".to_owned())
}

fn catalog_hints(error: &CatalogError) -> Vec<String> {
    match error {
        CatalogError::Open { location, source } if location.contains("://") => {
            let mut hints = vec![
                "`database` in portolan.yaml says where the server is, and as whom it is used".to_owned(),
            ];
            // What the library says when a password would have to be sent as it is.
            if source.to_string().contains("RSA auth") {
                hints.push("this server takes passwords over TLS only: add `?ssl-mode=required`".to_owned());
            }
            hints
        }
        CatalogError::Open { .. } | CatalogError::Newer { .. } => {
            vec!["`data` in portolan.yaml, or --data DIR, says where the database is".to_owned()]
        }
        CatalogError::Unavailable(_) | CatalogError::Unanswered(_) => {
            vec!["run the same command again when the database server answers".to_owned()]
        }
        CatalogError::Full(_) => vec!["make room and run the same command again".to_owned()],
        CatalogError::Busy(_) => vec!["another portolan may be at work with the same data folder".to_owned()],
        _ => Vec::new(),
    }
}
