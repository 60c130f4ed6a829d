use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;

use crate::registry::headers::{RateLimits, content_range_start, retry_after, taken};

/// Ranges, waiting times and quotas: what an upload has taken can be asked for again, and no time lies in the past.
pub fn answer_headers(data: &[u8]) {
    let Ok(header) = std::str::from_utf8(data) else { return };
    for remembers in [0, 1, u64::MAX] {
        match taken(header, remembers) {
            None | Some(0) => {}
            Some(bytes) => assert_eq!(taken(&format!("0-{}", bytes - 1), bytes), Some(bytes)),
        }
    }
    if let Some(first) = content_range_start(header) {
        assert_eq!(content_range_start(&format!("bytes {first}-{first}/*")), Some(first));
    }
    if let Some(time) = retry_after(header, Timestamp::UNIX_EPOCH) {
        assert!(retry_after(header, Timestamp::MAX).is_some_and(|later| later <= time));
    }
    if let Ok(value) = HeaderValue::from_str(header) {
        let names = ["ratelimit-limit", "ratelimit-remaining"].map(http::HeaderName::from_static);
        let headers: HeaderMap = names.into_iter().map(|name| (name, value.clone())).collect();
        let limits = RateLimits::from_headers(&headers);
        assert!(limits.is_none_or(|limits| limits.limit == limits.remaining));
    }
}
