use std::collections::HashSet;

use crate::doors::registry::page;
use crate::doors::registry::query::Query;

/// No tag comes twice, and what a page ends with is what the next one is asked to begin behind.
pub fn query(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let query = Query::new(Some(text));
    if let Ok(tags) = query.tags() {
        assert_eq!(tags.iter().collect::<HashSet<_>>().len(), tags.len());
    }
    if let Ok(Some(digest)) = query.digest("digest") {
        assert_eq!(query.value("digest"), Some(digest.to_string().into()));
    }
    let _ = (query.entries(), query.algorithm());
    if let Some(last) = query.value("last") {
        let link = page::next("/v2/_catalog", &[("n", "2"), ("last", &last)]);
        let link = link.as_ref().and_then(|link| link.to_str().ok()).unwrap_or_default();
        let next = link.split(['?', '>']).nth(1);
        assert_eq!(Query::new(next).value("last"), Some(last));
    }
}
