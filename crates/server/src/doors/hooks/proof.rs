//! Whether the sender of a webhook knows the secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use portolan_config::HookKind;
use ring::hmac;

use crate::access::is_secret;

/// Where a signature is, as GitHub sends it.
const SIGNATURE: &str = "x-hub-signature-256";

/// Where GitLab shows its secret.
const GITLAB: &str = "x-gitlab-token";

/// What a request shows.
pub(super) struct Shown<'a> {
    pub(super) headers: &'a HeaderMap,
    /// `token` of the query.
    pub(super) token: Option<&'a str>,
}

impl Shown<'_> {
    /// Whether the sender may know the secret, before what it sends is read: GitHub signs that, others show the secret in
    /// `Authorization` (alone, behind `Bearer `, or as the password of `Basic `), in `X-Gitlab-Token`, or as `token` of the
    /// query.
    pub(super) fn may_prove(&self, kind: HookKind, secret: &str) -> bool {
        if kind == HookKind::Github {
            return self.headers.contains_key(SIGNATURE);
        }
        let header = |name: &str| self.headers.get(name).and_then(|value| value.to_str().ok());
        let authorization = header(AUTHORIZATION.as_str()).map(|text| match text.split_once(' ') {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => rest.as_bytes().to_vec(),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("basic") => password(rest),
            _ => text.as_bytes().to_vec(),
        });
        let others = [header(GITLAB), self.token].into_iter().flatten().map(|text| text.as_bytes().to_vec());
        authorization.into_iter().chain(others).any(|shown| is_secret(&shown, secret))
    }

    /// Whether the sender knows the secret, as far as what it sends can tell.
    pub(super) fn proves(&self, kind: HookKind, secret: &str, body: &[u8]) -> bool {
        self.may_prove(kind, secret) && (kind != HookKind::Github || self.is_signed(secret, body))
    }

    fn is_signed(&self, secret: &str, body: &[u8]) -> bool {
        let signature = self.headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
        let Some(signature) = signature.and_then(|text| bytes(text.strip_prefix("sha256=")?)) else {
            return false;
        };
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        hmac::verify(&key, body, &signature).is_ok()
    }
}

/// The password of Basic credentials; nothing where there is none.
fn password(credentials: &str) -> Vec<u8> {
    let decoded = STANDARD.decode(credentials.trim()).unwrap_or_default();
    let colon = decoded.iter().position(|byte| *byte == b':');
    colon.and_then(|at| decoded.get(at + 1..)).unwrap_or_default().to_vec()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
        u8::from_str_radix(pair, 16).ok()
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn proves(kind: HookKind, header: Option<(&'static str, &str)>, token: Option<&str>) -> bool {
        let header = header
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()));
        let headers = header.into_iter().collect();
        Shown { headers: &headers, token }.proves(kind, "It's a Secret to Everybody", b"Hello, World!")
    }

    #[test]
    fn who_shows_the_secret_is_known() {
        let secret = "It's a Secret to Everybody";
        let basic = format!("Basic {}", STANDARD.encode(format!("me:{secret}")));
        for shown in [secret, &format!("Bearer {secret}"), &format!("bearer {secret}"), &basic] {
            assert!(proves(HookKind::Harbor, Some(("authorization", shown)), None), "{shown}");
        }
        assert!(proves(HookKind::Gitlab, Some(("x-gitlab-token", secret)), None));
        assert!(proves(HookKind::DockerHub, None, Some(secret)));
        for shown in ["", "Bearer", "Bearer It's", "Basic", "Basic bWU6", "Basic ???"] {
            assert!(!proves(HookKind::Harbor, Some(("authorization", shown)), None), "{shown}");
        }
        assert!(!proves(HookKind::Quay, None, Some("It's")));
        assert!(!proves(HookKind::Quay, None, None));
    }

    /// The example of GitHub's documentation, "Validating webhook deliveries".
    #[test]
    fn what_github_has_signed_is_from_github() {
        let signed = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        assert!(proves(HookKind::Github, Some(("x-hub-signature-256", signed)), None));
        for wrong in
            [&signed.replace('7', "8"), "sha256=", "sha256=7", "sha1=757107", signed.trim_end_matches('7')]
        {
            assert!(!proves(HookKind::Github, Some(("x-hub-signature-256", wrong)), None), "{wrong}");
        }
        let secret = "It's a Secret to Everybody";
        assert!(!proves(HookKind::Github, Some(("authorization", secret)), Some(secret)), "it signs");
    }
}
