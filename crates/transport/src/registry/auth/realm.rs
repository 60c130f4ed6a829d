//! Which token server may be given credentials.

use url::Url;

use crate::registry::authority::{Authority, authority, is_loopback};
use crate::registry::net::Net;
use crate::{RealmPin, TransportError, TransportResult};

/// Whose credentials are asked for.
pub(super) struct Owner<'a> {
    pub(super) registry: &'a str,
    pub(super) authority: &'a Authority,
    /// The token server that the user named.
    pub(super) token_realm: Option<&'a str>,
}

/// Credentials go to the registry itself, to the token server that the user named, or to the first other one
/// that the registry names, if the connection is secured (or both are on this machine).
///
/// # Errors
/// `Forbidden` if `realm` is none of these.
pub(super) async fn may_have_credentials(net: &Net, owner: &Owner<'_>, realm: &Url) -> TransportResult<()> {
    let Owner { registry, authority: own, token_realm } = owner;
    if own.owns(realm) {
        return Ok(());
    }
    let origin = realm.origin().ascii_serialization();
    let forbidden = |reason: String| TransportError::Forbidden {
        what: format!("giving the credentials for {registry} to the token server {origin}"),
        reason,
    };
    if let Some(named) = token_realm {
        let reason = || format!("`token_realm` of {registry} names another one");
        return if is_named(named, realm) { Ok(()) } else { Err(forbidden(reason())) };
    }
    let both_here = is_loopback(realm) && own.is_loopback();
    if realm.scheme() != "https" && !both_here {
        return Err(forbidden(format!(
            "it is another host without TLS (if it is meant, set `token_realm` of {registry})"
        )));
    }
    match net.pins.pin(registry, &origin).await? {
        RealmPin::Agreed => Ok(()),
        RealmPin::Changed { pinned } => Err(forbidden(format!(
            "{registry} used {pinned} before (if the new one is meant, set `token_realm` of {registry})"
        ))),
    }
}

/// The user may name a whole address or only its host.
fn is_named(named: &str, realm: &Url) -> bool {
    match named.contains("://").then(|| Url::parse(named)) {
        Some(Ok(named)) => named.origin() == realm.origin(),
        Some(Err(_)) => false,
        None => realm.scheme() == "https" && named.eq_ignore_ascii_case(&authority(realm)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_realm_is_named_by_address_or_host() {
        let realm: Url = "https://auth.example/token?x=y".parse().unwrap();
        assert!(is_named("https://auth.example/token", &realm));
        assert!(is_named("https://auth.example", &realm));
        assert!(is_named("auth.example", &realm));
        assert!(!is_named("http://auth.example/token", &realm));
        assert!(!is_named("https://auth.example.evil/token", &realm));
        assert!(!is_named("auth.example:444", &realm));
    }
}
