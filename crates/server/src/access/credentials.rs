//! What a request shows of who sent it (RFC 7617, RFC 6750).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;

/// What a request shows.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Credentials {
    /// Nothing.
    None,
    /// A user and a password, which may be a token.
    Basic {
        /// The user.
        user: String,
        /// The password.
        password: String,
    },
    /// A token or a pass.
    Bearer(String),
    /// Something that we do not take.
    Unreadable,
}

impl Credentials {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let Some(header) = headers.get(AUTHORIZATION) else { return Self::None };
        let read = || {
            let (scheme, rest) = header.to_str().ok()?.split_once(' ')?;
            let rest = rest.trim();
            if scheme.eq_ignore_ascii_case("bearer") {
                return Some(Self::Bearer(rest.to_owned()));
            }
            if !scheme.eq_ignore_ascii_case("basic") {
                return None;
            }
            let text = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
            let (user, password) = text.split_once(':')?;
            Some(Self::Basic { user: user.to_owned(), password: password.to_owned() })
        };
        match read() {
            // Clients without a login send empty ones.
            Some(Self::Basic { user, password }) if user.is_empty() && password.is_empty() => Self::None,
            read => read.unwrap_or(Self::Unreadable),
        }
    }
}

/// Without the secrets.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Basic { user, .. } => write!(f, "Basic({user:?})"),
            Self::Bearer(_) => f.write_str("Bearer"),
            Self::Unreadable => f.write_str("Unreadable"),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(header: &'static str) -> Credentials {
        Credentials::of(&HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(header))]))
    }

    #[test]
    fn logins_are_read_and_nothing_else() {
        assert_eq!(Credentials::of(&HeaderMap::new()), Credentials::None);
        let anna = Credentials::Basic { user: "anna".into(), password: "pass:word".into() };
        assert_eq!(read("Basic YW5uYTpwYXNzOndvcmQ="), anna);
        assert_eq!(read("bAsIc  YW5uYTpwYXNzOndvcmQ="), anna);
        assert_eq!(read("Bearer ptl_1"), Credentials::Bearer("ptl_1".into()));
        assert_eq!(read("Basic Og=="), Credentials::None);
        for wrong in ["", "Basic", "Basic !", "Basic YW5uYQ==", "Digest a=b", "Bearer"] {
            assert_eq!(read(wrong), Credentials::Unreadable, "{wrong:?}");
        }
        assert_eq!(format!("{anna:?}"), "Basic(\"anna\")");
    }
}
