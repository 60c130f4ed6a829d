//! As which site a request asks, and from which page it comes.

use http::header::{HOST, ORIGIN};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, Uri};

/// The host that is asked. HTTP/2 has it in the place of the address.
pub(super) fn host(uri: &Uri, headers: &HeaderMap) -> Option<Authority> {
    match (headers.get(HOST), uri.authority()) {
        (Some(host), _) => host.to_str().ok()?.parse().ok(),
        (None, authority) => authority.cloned(),
    }
}

/// The site whose page asks, if one does; `Some(None)` for one that has no name.
pub(super) fn origin(headers: &HeaderMap) -> Option<Option<Authority>> {
    let origin = headers.get(ORIGIN)?;
    let read = || origin.to_str().ok()?.parse::<Uri>().ok()?.into_parts().authority;
    Some(read())
}

/// Whether a page of another site asks: a browser sends its user's login along, whoever made the page (RFC 6454).
pub(crate) fn is_of_another_site(head: &Parts) -> bool {
    origin(&head.headers).is_some_and(|origin| origin.is_none() || origin != host(&head.uri, &head.headers))
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn a_page_of_another_site_is_told_from_ours() {
        let of_another = |host: &str, origin: Option<&str>| {
            let mut request = Request::post("/api/v1/mirrors/m/pause").header(HOST, host);
            if let Some(origin) = origin {
                request = request.header(ORIGIN, origin);
            }
            is_of_another_site(&request.body(()).unwrap().into_parts().0)
        };
        assert!(!of_another("images.example.com", None), "no browser asks");
        assert!(!of_another("images.example.com", Some("https://images.example.com")));
        assert!(!of_another("images.example.com:5000", Some("http://images.example.com:5000")));
        for origin in ["https://evil.example", "https://images.example.com.evil.example", "null", ""] {
            assert!(of_another("images.example.com", Some(origin)), "{origin}");
        }
        assert!(of_another("images.example.com:5000", Some("https://images.example.com")));
    }
}
