use crate::registry::headers::next_link;

/// The next page is named in the header itself, and found again when nothing else stands beside it.
pub fn link(data: &[u8]) {
    let Ok(header) = std::str::from_utf8(data) else { return };
    if let Some(target) = next_link(header) {
        assert!(header.contains(target) && !target.contains('>'));
        assert_eq!(next_link(&format!("<{target}>; rel=\"next\"")), Some(target));
    }
}
