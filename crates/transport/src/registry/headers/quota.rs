//! What Docker Hub tells about the pulls that are left (`ratelimit-limit`, `ratelimit-remaining`).

use std::time::Duration;

use http::HeaderMap;

use super::text;

/// A number of pulls in a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// How many.
    pub pulls: u64,
    /// In which time; `None` if that is not said.
    pub window: Option<Duration>,
}

/// The quotas that a registry named last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RateLimits {
    /// What is granted.
    pub limit: Option<Quota>,
    /// What is left of it.
    pub remaining: Option<Quota>,
    /// Whom it is counted for: an address or an account.
    pub source: Option<String>,
}

impl RateLimits {
    /// The quotas in these headers, if there are any.
    pub(in crate::registry) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let limit = text(headers, "ratelimit-limit").and_then(quota);
        let remaining = text(headers, "ratelimit-remaining").and_then(quota);
        let source = text(headers, "docker-ratelimit-source").map(str::to_owned);
        (limit.is_some() || remaining.is_some()).then_some(Self { limit, remaining, source })
    }
}

/// `100;w=21600`
fn quota(header: &str) -> Option<Quota> {
    let mut parts = header.split(';').map(str::trim);
    let pulls = parts.next()?.parse().ok()?;
    let window = parts.find_map(|part| part.strip_prefix("w=")?.parse().ok()).map(Duration::from_secs);
    Some(Quota { pulls, window })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn docker_hubs_headers_are_understood() {
        let mut headers = HeaderMap::new();
        assert_eq!(RateLimits::from_headers(&headers), None);
        headers.insert("ratelimit-limit", HeaderValue::from_static("100;w=21600"));
        headers.insert("ratelimit-remaining", HeaderValue::from_static("76"));
        headers.insert("docker-ratelimit-source", HeaderValue::from_static("192.0.2.1"));
        let limits = RateLimits::from_headers(&headers).unwrap();
        assert_eq!(limits.limit, Some(Quota { pulls: 100, window: Some(Duration::from_hours(6)) }));
        assert_eq!(limits.remaining, Some(Quota { pulls: 76, window: None }));
        assert_eq!(limits.source.as_deref(), Some("192.0.2.1"));
    }
}
