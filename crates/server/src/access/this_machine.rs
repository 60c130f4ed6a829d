//! Where nobody is asked for a login, only this machine is answered, and no page of another site that a browser on it
//! shows: such a page may reach the address under a name of its own (DNS rebinding), or send what it reads there.

use std::net::IpAddr;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::uri::Authority;
use http::{HeaderMap, StatusCode, Uri};

use super::site::{host, origin};

const REFUSED: &str = "this address is for this machine only: ask for it as 127.0.0.1, [::1] or localhost; a proxy in \
                       front has to send that as Host, and no Origin of another site\n";

/// Answers only what names this machine: to be laid around all doors that ask for no login
/// ([`axum::middleware::from_fn`]).
pub async fn this_machine(request: Request, next: Next) -> Response {
    if names_this_machine(request.uri(), request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, REFUSED).into_response()
    }
}

fn names_this_machine(uri: &Uri, headers: &HeaderMap) -> bool {
    let same_site = origin(headers).is_none_or(|origin| origin.as_ref().is_some_and(is_this_machine));
    host(uri, headers).is_some_and(|host| is_this_machine(&host)) && same_site
}

fn is_this_machine(authority: &Authority) -> bool {
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::{HOST, ORIGIN};

    use super::*;

    fn answered(uri: &'static str, headers: &[(http::HeaderName, &'static str)]) -> bool {
        let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
        names_this_machine(&Uri::from_static(uri), &headers.collect())
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for host in ["127.0.0.1:5000", "localhost:5000", "LOCALHOST", "[::1]:80", "127.9.9.9"] {
            assert!(answered("/v2/", &[(HOST, host)]), "{host}");
        }
        for host in
            ["attacker.example", "attacker.example:5000", "127.0.0.1.attacker.example", "10.0.0.1", ""]
        {
            assert!(!answered("/v2/", &[(HOST, host)]), "{host}");
        }
        assert!(!answered("/v2/", &[]));
        assert!(answered("http://127.0.0.1:5000/v2/", &[]));
        assert!(!answered("http://attacker.example/v2/", &[]));
    }

    #[test]
    fn pages_of_other_sites_are_not_answered() {
        let local = (HOST, "127.0.0.1:5000");
        assert!(answered("/v2/", &[local.clone(), (ORIGIN, "http://127.0.0.1:5000")]));
        for origin in ["http://attacker.example", "null", "file://"] {
            assert!(!answered("/v2/", &[local.clone(), (ORIGIN, origin)]), "{origin}");
        }
    }
}
