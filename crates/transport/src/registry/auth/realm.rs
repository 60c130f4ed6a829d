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

/// What a realm is to an owner.
#[derive(Debug, PartialEq, Eq)]
enum Standing {
    /// The registry itself, or the token server that the user named.
    Trusted,
    /// Another one, which may have them if it is the first.
    First,
    /// Another one, which may not.
    Refused(&'static str),
}

fn standing(owner: &Owner<'_>, realm: &Url) -> Standing {
    let both_here = is_loopback(realm) && owner.authority.is_loopback();
    if owner.authority.owns(realm) {
        return Standing::Trusted;
    }
    match owner.token_realm {
        Some(named) if is_named(named, realm) => Standing::Trusted,
        Some(_) => Standing::Refused("its `token_realm` names another one"),
        None if realm.scheme() == "https" || both_here => Standing::First,
        None => Standing::Refused("it is another host without TLS (if it is meant, set `token_realm`)"),
    }
}

/// Credentials go to the registry itself, to the token server that the user named, or to the first other one
/// that the registry names, if the connection is secured (or both are on this machine).
///
/// # Errors
/// `Forbidden` if `realm` is none of these.
pub(super) async fn may_have_credentials(net: &Net, owner: &Owner<'_>, realm: &Url) -> TransportResult<()> {
    let origin = realm.origin().ascii_serialization();
    let reason = match standing(owner, realm) {
        Standing::Trusted => return Ok(()),
        Standing::Refused(reason) => reason.to_owned(),
        Standing::First => match net.pins.pin(owner.registry, &origin).await? {
            RealmPin::Agreed => return Ok(()),
            RealmPin::Changed { pinned } => {
                format!("it used {pinned} before (if the new one is meant, set `token_realm`)")
            }
        },
    };
    let what = format!("giving the credentials for {} to the token server {origin}", owner.registry);
    Err(TransportError::Forbidden { what, reason })
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
    use crate::Scheme;

    fn judged(authority: &str, scheme: Scheme, token_realm: Option<&str>, realm: &str) -> Standing {
        let authority = Authority::new(authority, scheme);
        let owner = Owner { registry: "r.example", authority: &authority, token_realm };
        standing(&owner, &realm.parse().unwrap())
    }

    #[test]
    fn only_the_named_the_own_and_the_first_secured_realm_count() {
        let secured = |realm| judged("r.example", Scheme::Https, None, realm);
        assert_eq!(secured("https://r.example/token"), Standing::Trusted);
        assert_eq!(secured("https://auth.example/token"), Standing::First);
        assert!(matches!(secured("http://auth.example/token"), Standing::Refused(_)));
        assert!(matches!(secured("http://r.example/token"), Standing::Refused(_)));
        assert!(matches!(secured("http://127.0.0.1/token"), Standing::Refused(_)));
        let here = judged("127.0.0.1:5000", Scheme::HttpsThenHttp, None, "http://localhost:5001/token");
        assert_eq!(here, Standing::First);
        let plain = |realm| judged("r.example:5000", Scheme::Http, None, realm);
        assert_eq!(plain("http://r.example:5000/token"), Standing::Trusted);
        assert!(matches!(plain("http://auth.example/token"), Standing::Refused(_)));
        let named = |realm| judged("r.example", Scheme::Https, Some("http://auth.example"), realm);
        assert_eq!(named("http://auth.example/token"), Standing::Trusted);
        assert!(matches!(named("https://other.example/token"), Standing::Refused(_)));
    }

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
