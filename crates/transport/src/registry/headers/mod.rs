//! What registries say in headers: challenges, links, ranges, waiting times, pull quotas.
//!
//! Parsers only, and forgiving ones: a header that cannot be understood is as good as none.

mod challenge;
mod cursor;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod link;
mod quota;
mod range;
mod retry_after;

pub(super) use challenge::{Challenge, challenges};
pub(super) use link::next_link;
pub use quota::{Quota, RateLimits};
pub(super) use range::{content_range_start, taken};
pub(super) use retry_after::retry_after;

use http::HeaderMap;
use http::header::AsHeaderName;

/// The text of a header, if it is there and is text.
pub(super) fn text(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}
