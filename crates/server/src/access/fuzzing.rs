//! What must hold for any `Authorization`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};

use super::credentials::Credentials;

/// What was read is read again from what a client would send for it, and its secret is not shown.
pub fn authorization(data: &[u8]) {
    let Ok(header) = HeaderValue::from_bytes(data) else { return };
    let read = of(header);
    let shown = format!("{read:?}");
    let plain = match &read {
        Credentials::None | Credentials::Unreadable => return,
        Credentials::Basic { user, password } => {
            assert!(!user.contains(':') && shown == format!("Basic({user:?})"));
            format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
        }
        Credentials::Bearer(token) => {
            assert_eq!(shown, "Bearer");
            format!("Bearer {token}")
        }
    };
    assert_eq!(HeaderValue::try_from(plain).map(of).ok(), Some(read));
}

fn of(header: HeaderValue) -> Credentials {
    Credentials::of(&HeaderMap::from_iter([(AUTHORIZATION, header)]))
}
