//! Being sent elsewhere.

use http::{HeaderMap, Method, StatusCode, header};

use super::ask::{Ask, Payload};
use super::headers::text;

/// How often in a row.
pub(super) const MOST: usize = 5;

/// Where the answer sends this request, if it can be sent there as it is.
pub(super) fn location<'a>(ask: &Ask, status: StatusCode, headers: &'a HeaderMap) -> Option<&'a str> {
    let reading = ask.method == Method::GET || ask.method == Method::HEAD;
    let follows = match status.as_u16() {
        301..=303 => reading,
        307 | 308 => reading || !matches!(ask.payload, Payload::Gone),
        _ => false,
    };
    if follows { text(headers, header::LOCATION) } else { None }
}
