//! Host and port, which decide who may be given credentials.

use url::{Host, Url};

use crate::Scheme;

/// What a registry is reached at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Authority {
    host: String,
    port: Option<u16>,
    scheme: Scheme,
}

impl Authority {
    /// `text` is a host with an optional port.
    pub(super) fn new(text: &str, scheme: Scheme) -> Self {
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()),
            _ => (text, None),
        };
        Self { host: host.to_ascii_lowercase(), port, scheme }
    }

    /// Whether `url` leads to this very host and port, secured at least as it should be.
    pub(super) fn owns(&self, url: &Url) -> bool {
        let secured = match self.scheme {
            Scheme::Https => url.scheme() == "https",
            Scheme::Http | Scheme::HttpsThenHttp => true,
        };
        let default = if url.scheme() == "https" { 443 } else { 80 };
        secured
            && url.host_str() == Some(&self.host)
            && url.port_or_known_default() == Some(self.port.unwrap_or(default))
    }

    /// Whether it is this machine.
    pub(super) fn is_loopback(&self) -> bool {
        format!("http://{}/", self.host).parse().is_ok_and(|url| is_loopback(&url))
    }

    /// Registries behind a proxy that ends TLS often call themselves `http://`: the same host is meant, and it
    /// is never asked without TLS.
    pub(super) fn secure(&self, url: &mut Url) {
        let port = self.port.filter(|port| *port != 443);
        if self.scheme == Scheme::Https
            && url.scheme() == "http"
            && url.host_str() == Some(&self.host)
            && (url.port().is_none() || url.port() == port)
            && url.set_scheme("https").is_ok()
        {
            // Only a special scheme with a host refuses a port, and this is none of those.
            let _ = url.set_port(port);
        }
    }
}

/// Host and port of `url`, as a registry is written.
pub(super) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Whether `url` leads to this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn only_the_same_host_port_and_security_is_owned() {
        let plain = Authority::new("r.example", Scheme::Https);
        assert!(plain.owns(&url("https://r.example/v2/")));
        assert!(plain.owns(&url("https://R.example:443/v2/")));
        for other in [
            "http://r.example/",
            "https://r.example:444/",
            "https://a.r.example/",
            "https://r.example.evil/",
            "https://r.example@evil.example/",
        ] {
            assert!(!plain.owns(&url(other)), "{other}");
        }
        let port = Authority::new("[::1]:5000", Scheme::HttpsThenHttp);
        assert!(port.owns(&url("http://[::1]:5000/v2/")));
        assert!(port.owns(&url("https://[::1]:5000/v2/")));
        assert!(!port.owns(&url("http://[::1]/v2/")));
    }

    #[test]
    fn the_same_host_is_never_asked_without_tls() {
        let authority = Authority::new("r.example:5000", Scheme::Https);
        let cases = [
            ("http://r.example:5000/v2/a?b=c", "https://r.example:5000/v2/a?b=c"),
            ("http://r.example/v2/", "https://r.example:5000/v2/"),
            ("http://other.example/v2/", "http://other.example/v2/"),
            ("http://r.example:99/v2/", "http://r.example:99/v2/"),
        ];
        for (given, meant) in cases {
            let mut secured = url(given);
            authority.secure(&mut secured);
            assert_eq!(secured.as_str(), meant);
        }
    }
}
