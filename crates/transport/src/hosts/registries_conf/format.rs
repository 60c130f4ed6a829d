//! The text of `registries.conf`.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::rule::{Location, Mirror, Prefix, Rule};
use crate::hosts::tls::Verification;
use crate::hosts::{HostsError, Reads};

#[derive(Default, Deserialize)]
#[serde(default)]
struct File {
    registry: Vec<Spanned<RegistryTable>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct RegistryTable {
    prefix: Option<String>,
    location: Option<String>,
    insecure: Insecure,
    blocked: bool,
    mirror_by_digest_only: bool,
    mirror: Vec<Spanned<MirrorTable>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct MirrorTable {
    location: String,
    #[serde(default)]
    insecure: Insecure,
    pull_from_mirror: Option<Pull>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Pull {
    All,
    DigestOnly,
    TagOnly,
}

/// `insecure`: `true` waives certificates.
#[derive(Deserialize)]
#[serde(from = "bool")]
struct Insecure(Verification);

impl From<bool> for Insecure {
    fn from(insecure: bool) -> Self {
        Self(if insecure { Verification::Nothing } else { Verification::Certificate })
    }
}

impl Default for Insecure {
    fn default() -> Self {
        Self(Verification::Certificate)
    }
}

/// The rules of a file, in their order. A rule for one tag or digest is left out: what is known of a host does
/// not depend on them.
pub(super) fn parse(path: &Path, text: &str) -> Result<Vec<Rule>, HostsError> {
    let file: File = toml::from_str(text)
        .map_err(|cause| HostsError::at(text, cause.span().map_or(0, |span| span.start), cause.message()))?;
    let mut rules = Vec::new();
    for table in file.registry {
        let start = table.span().start;
        let bad = |problem: &str| HostsError::at(text, start, problem);
        let RegistryTable { prefix, location, insecure, blocked, mirror_by_digest_only, mirror } =
            table.into_inner();
        let location = location.filter(|text| !text.is_empty()).as_deref().map(Location::parse);
        let location = location.transpose().map_err(bad)?;
        let prefix = match (prefix.filter(|text| !text.is_empty()), &location) {
            (Some(prefix), _) => Prefix::parse(&prefix).map_err(bad)?,
            (None, Some(location)) => Prefix::parse(location.as_str()).map_err(bad)?,
            (None, None) => return Err(bad("a registry needs a `prefix` or a `location`")),
        };
        let otherwise = if mirror_by_digest_only { Reads::Digests } else { Reads::All };
        let mirrors = mirrors(text, mirror, otherwise)?;
        let Some(prefix) = prefix else {
            tracing::warn!(file = %path.display(), "a registry entry for one tag or digest is not looked at");
            continue;
        };
        rules.push(Rule {
            prefix,
            location,
            verification: insecure.0,
            blocked,
            mirrors,
            file: path.to_owned(),
        });
    }
    Ok(rules)
}

fn mirrors(
    text: &str,
    tables: Vec<Spanned<MirrorTable>>,
    otherwise: Reads,
) -> Result<Vec<Mirror>, HostsError> {
    let mirror = |table: Spanned<MirrorTable>| {
        let start = table.span().start;
        let MirrorTable { location, insecure, pull_from_mirror } = table.into_inner();
        let reads = match pull_from_mirror {
            Some(Pull::All) => Reads::All,
            Some(Pull::DigestOnly) => Reads::Digests,
            Some(Pull::TagOnly) => Reads::Tags,
            None => otherwise,
        };
        let location = Location::parse(&location).map_err(|problem| HostsError::at(text, start, problem))?;
        Ok(Mirror { location, verification: insecure.0, reads })
    };
    tables.into_iter().map(mirror).collect()
}
