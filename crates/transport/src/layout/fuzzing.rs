//! What must hold for any `index.json`.

use super::IndexJson;

/// What is read is written so that it reads as the same, once and for all.
pub fn layout_index(data: &[u8]) {
    let Ok(index) = IndexJson::parse(data) else { return };
    let written = index.to_bytes().unwrap_or_default();
    let again = IndexJson::parse(&written).ok();
    assert!(again.as_ref().is_some_and(|again| again.descriptors().eq(index.descriptors())));
    assert_eq!(again.and_then(|again| again.to_bytes().ok()), Some(written));
}
