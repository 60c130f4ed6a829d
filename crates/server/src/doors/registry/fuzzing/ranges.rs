use crate::doors::registry::byte_range::{Wanted, wanted};
use crate::doors::registry::content_range;

/// A part of a blob lies in the blob, and a chunk begins and ends where its header says. The first 8 bytes are the size of
/// the blob, the others the header.
pub fn ranges(data: &[u8]) {
    let Some((size, header)) = data.split_first_chunk() else { return };
    let (size, Ok(header)) = (u64::from_le_bytes(*size), std::str::from_utf8(header)) else { return };
    if let Wanted::Part(range) = wanted(Some(header), size) {
        assert!(range.start < range.end && range.end <= size);
        let plain = format!("bytes={}-{}", range.start, range.end - 1);
        assert_eq!(wanted(Some(&plain), size), Wanted::Part(range));
    }
    if let Some(range) = content_range::parse(header) {
        let last = range.first.checked_add(range.length - 1);
        let plain = last.map(|last| format!("bytes {}-{last}/*", range.first));
        assert_eq!(plain.as_deref().and_then(content_range::parse), Some(range));
    }
}
