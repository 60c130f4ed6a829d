//! What a client has already: entity tags (RFC 9110, section 8.8.3).

use http::header::{ETAG, IF_NONE_MATCH, IF_RANGE};
use http::{HeaderMap, HeaderValue};

/// An entity tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EntityTag(String);

impl EntityTag {
    /// Content is named by its digest, a list by the revision that it shows: neither has a quote in it.
    pub(super) fn of(name: impl std::fmt::Display) -> Self {
        Self(format!("\"{name}\""))
    }

    /// Writes it down for the answer.
    pub(super) fn add_to(&self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::try_from(self.0.as_str()) {
            headers.insert(ETAG, value);
        }
    }

    /// Whether the client has this already: `If-None-Match`.
    pub(super) fn is_known(&self, request: &HeaderMap) -> bool {
        request.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).any(|known| {
            known.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == self.0)
        })
    }

    /// Whether a range of what the client has begun to read is still of the same thing: `If-Range`.
    pub(super) fn goes_on(&self, request: &HeaderMap) -> bool {
        request.get(IF_RANGE).is_none_or(|begun| begun.to_str().is_ok_and(|begun| begun == self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_static(value))])
    }

    #[test]
    fn one_of_several_is_enough() {
        let tag = EntityTag::of("7-3");
        for known in ["\"7-3\"", "\"1\", \"7-3\"", "W/\"7-3\"", "*"] {
            assert!(tag.is_known(&asking(known)), "{known}");
        }
        for other in ["\"7-4\"", "7-3", ""] {
            assert!(!tag.is_known(&asking(other)), "{other}");
        }
        assert!(!tag.is_known(&HeaderMap::new()) && tag.goes_on(&HeaderMap::new()));
    }
}
