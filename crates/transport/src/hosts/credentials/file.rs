//! The content of a credential file: Docker's `config.json`, Podman's `auth.json`.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use portolan_oci::{Registry, RepositoryName};
use serde::Deserialize;

use super::key::{Scope, docker_key};
use crate::hosts::{HostsError, Login};
use crate::{TransportError, TransportResult};

/// Standard base64; some tools leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What we need of the file.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct AuthFile {
    auths: Option<BTreeMap<String, Option<AuthEntry>>>,
    cred_helpers: Option<BTreeMap<String, String>>,
    creds_store: Option<String>,
}

/// One login. An entry without any is written by Docker when a helper holds the login.
#[derive(Default, Deserialize)]
#[serde(default)]
struct AuthEntry {
    auth: Option<String>,
    identitytoken: Option<String>,
    username: Option<String>,
    password: Option<String>,
}

/// A login in a file, with how closely its key matched.
pub(super) struct Found {
    /// Parts of the repository's name in the key.
    pub(super) depth: usize,
    /// The login.
    pub(super) login: Login,
}

impl AuthFile {
    /// Parses the text of a file; an empty one (as `/dev/null` is) says nothing.
    pub(super) fn parse(text: &str) -> Result<Self, HostsError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        // A sequence of the fields' values would be taken for the object.
        if text.trim_start().starts_with('[') {
            let offset = text.len() - text.trim_start().len();
            return Err(HostsError::at(text, offset, "an object is expected here"));
        }
        serde_json::from_str(text).map_err(|cause| HostsError::json(&cause))
    }

    /// The login whose key matches best.
    pub(super) fn login(
        &self,
        registry: &Registry,
        repository: &RepositoryName,
    ) -> Result<Option<Found>, HostsError> {
        let entries = self.auths.iter().flatten();
        let best = entries
            .filter_map(|(key, entry)| {
                let entry = entry.as_ref().filter(|entry| !entry.is_empty())?;
                let depth = Scope::parse(key)?.depth(registry, repository)?;
                Some(((depth, key == docker_key(registry)), key, entry))
            })
            .max_by_key(|(rank, ..)| *rank);
        best.map(|((depth, _), key, entry)| Ok(Found { depth, login: entry.login(key)? })).transpose()
    }

    /// The helper that keeps the logins of `registry`, if one does.
    pub(super) fn helper(&self, registry: &Registry) -> Option<&str> {
        let own = self
            .cred_helpers
            .iter()
            .flatten()
            .find(|(key, _)| Scope::parse(key).is_some_and(|scope| scope.is_registry(registry)))
            .map(|(_, helper)| helper);
        own.or(self.creds_store.as_ref()).map(String::as_str).filter(|helper| !helper.is_empty())
    }
}

impl AuthEntry {
    fn is_empty(&self) -> bool {
        let Self { auth, identitytoken, username, password } = self;
        [auth, identitytoken, username, password]
            .iter()
            .all(|field| field.as_ref().is_none_or(String::is_empty))
    }

    fn login(&self, key: &str) -> Result<Login, HostsError> {
        let text = |field: &Option<String>| field.clone().filter(|text| !text.is_empty());
        let (user, password) = match text(&self.auth) {
            Some(auth) => decode(&auth).ok_or_else(|| HostsError::Undecodable(key.to_owned()))?,
            None => (text(&self.username).unwrap_or_default(), text(&self.password).unwrap_or_default()),
        };
        Ok(match text(&self.identitytoken) {
            Some(token) => {
                let user = if user.is_empty() { Login::TOKEN_USER.to_owned() } else { user };
                Login::IdentityToken { user, token }
            }
            None => Login::Basic { user, password },
        })
    }
}

fn decode(auth: &str) -> Option<(String, String)> {
    let text = String::from_utf8(BASE64.decode(auth.trim()).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.trim_end_matches('\0').to_owned()))
}

/// What `auth` holds for a login.
pub(super) fn encode(user: &str, password: &str) -> String {
    BASE64.encode(format!("{user}:{password}"))
}

/// The text of a file; `None` if it is not there.
pub(super) async fn read(path: &Path) -> TransportResult<Option<String>> {
    match tokio::fs::read_to_string(path).await {
        Ok(text) => Ok(Some(text)),
        Err(cause) if matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(cause) => Err(unusable(path, cause)),
    }
}

/// An error with a file.
pub(super) fn unusable(path: &Path, cause: impl Into<crate::Cause>) -> TransportError {
    TransportError::Settings { what: format!("credential file {}", path.display()), cause: cause.into() }
}
