//! Where a mirror takes images from.

use std::fmt;
use std::str::FromStr;

use portolan_oci::{ReferenceError, Registry, RepositoryName};
use portolan_transport::{Endpoint, EndpointError, Location};

use super::setting_text;

/// What stands for all repositories below.
const ALL_BELOW: &str = "/**";

/// Where a mirror takes images from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MirrorSource {
    /// One place: a repository, a layout, an archive.
    Place(Location),
    /// All repositories of a registry, or all below a prefix: `host/**`, `host/prefix/**`.
    Below {
        /// The registry.
        registry: Registry,
        /// What their names begin with, up to a slash.
        prefix: Option<RepositoryName>,
    },
}
setting_text!(MirrorSource);

/// Why a text names nothing that a mirror can take images from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MirrorSourceError {
    /// It is no place.
    #[error("`{text}` is no place that holds images")]
    Place {
        /// What was written.
        text: String,
        /// What is wrong with it.
        #[source]
        cause: EndpointError,
    },
    /// It is one image.
    #[error("`{0}` names one image; `source` is a whole repository (single images go under `images`)")]
    OneImage(String),
    /// `**` stands elsewhere than at the end, or after something that is no registry.
    #[error("`{0}` is not understood: `**` stands alone after the last slash, as in `host/prefix/**`")]
    Stars(String),
    /// What stands before `/**` is no registry with a prefix.
    #[error("`{text}` is not a registry with a prefix")]
    Below {
        /// What was written.
        text: String,
        /// What is wrong with it.
        #[source]
        cause: ReferenceError,
    },
}

impl FromStr for MirrorSource {
    type Err = MirrorSourceError;

    fn from_str(text: &str) -> Result<Self, MirrorSourceError> {
        if let Some(rest) = text.strip_suffix(ALL_BELOW) {
            return below(text, rest.strip_prefix("docker://").unwrap_or(rest));
        }
        // A folder may have any name.
        if text.contains('*') && !text.starts_with("oci") {
            return Err(MirrorSourceError::Stars(text.to_owned()));
        }
        let endpoint: Endpoint =
            text.parse().map_err(|cause| MirrorSourceError::Place { text: text.to_owned(), cause })?;
        match endpoint.named() {
            Some(_) => Err(MirrorSourceError::OneImage(text.to_owned())),
            None => Ok(Self::Place(endpoint.location)),
        }
    }
}

fn below(text: &str, rest: &str) -> Result<MirrorSource, MirrorSourceError> {
    if rest.contains('*') || rest.starts_with("oci:") {
        return Err(MirrorSourceError::Stars(text.to_owned()));
    }
    let wrong = |cause| MirrorSourceError::Below { text: text.to_owned(), cause };
    let (host, prefix) = match rest.split_once('/') {
        Some((host, prefix)) => (host, Some(prefix.parse().map_err(wrong)?)),
        None => (rest, None),
    };
    Ok(MirrorSource::Below { registry: host.parse().map_err(wrong)?, prefix })
}

impl fmt::Display for MirrorSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Place(location) => location.fmt(f),
            Self::Below { registry, prefix: None } => write!(f, "{registry}{ALL_BELOW}"),
            Self::Below { registry, prefix: Some(prefix) } => write!(f, "{registry}/{prefix}{ALL_BELOW}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources() {
        for text in [
            "docker.io/library/debian",
            "registry.example.com:5000/team/app",
            "oci:/mnt/usb/debian",
            "oci-archive:images.tar",
            "registry.example.com/team/**",
            "localhost:5000/**",
        ] {
            assert_eq!(text.parse::<MirrorSource>().unwrap().to_string(), text);
        }
        assert_eq!("debian".parse::<MirrorSource>().unwrap().to_string(), "docker.io/library/debian");
    }

    #[test]
    fn what_is_no_source() {
        let error = |text: &str| text.parse::<MirrorSource>().unwrap_err();
        assert!(matches!(error("debian:12"), MirrorSourceError::OneImage(_)));
        assert!(matches!(error("a.example/x@sha256:ee"), MirrorSourceError::Place { .. }));
        assert!(matches!(error("a.example/x/**/y"), MirrorSourceError::Stars(_)));
        assert!(matches!(error("a.example/x**"), MirrorSourceError::Stars(_)));
        assert!(matches!(error("a.example/*/**"), MirrorSourceError::Stars(_)));
        assert!(matches!(error("team/**"), MirrorSourceError::Below { .. }));
        assert!(matches!(error("a.example/Team/**"), MirrorSourceError::Below { .. }));
        assert!(matches!(error("dir:/x"), MirrorSourceError::Place { .. }));
    }
}
