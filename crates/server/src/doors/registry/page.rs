//! Where a list goes on: `Link: <…>; rel="next"` (RFC 5988; distribution-spec, "Listing Tags").

use http::HeaderValue;
use url::form_urlencoded;

/// The header that leads to the next page of the list at `path`. `parameters` are those of this page, with what
/// the next one begins behind.
pub(super) fn next(path: &str, parameters: &[(&str, &str)]) -> Option<HeaderValue> {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    HeaderValue::try_from(format!("<{path}?{query}>; rel=\"next\"")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_begins_behind_the_last_entry() {
        let link = next("/v2/a/tags/list", &[("n", "2"), ("last", "v1+x")]).unwrap();
        assert_eq!(link, "</v2/a/tags/list?n=2&last=v1%2Bx>; rel=\"next\"");
    }
}
