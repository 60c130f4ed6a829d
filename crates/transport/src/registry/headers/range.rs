//! How far an upload has come, and where a download starts.

/// How many bytes of an upload the registry says it has: `Range: 0-<last>`, the last inclusive, without a unit
/// (distribution-spec, "Pushing a blob in chunks"); some write a unit all the same.
///
/// `0-0` stands for one byte and, at many registries, for none: it is read as none, unless one byte is what
/// the caller `remembers`.
pub(in crate::registry) fn taken(header: &str, remembers: u64) -> Option<u64> {
    let range = header.trim();
    let range = range.strip_prefix("bytes").map_or(range, |rest| rest.trim_start_matches(['=', ' ']));
    let (first, last) = range.split_once('-')?;
    let last: u64 = last.trim().parse().ok()?;
    match (first.trim().parse::<u64>().ok()?, last) {
        (0, 0) => Some(u64::from(remembers == 1)),
        (0, last) => last.checked_add(1),
        _ => None,
    }
}

/// The first byte of a partial answer: `Content-Range: bytes <first>-<last>/<size>` (RFC 9110, section 14.4).
pub(in crate::registry) fn content_range_start(header: &str) -> Option<u64> {
    let (unit, range) = header.trim().split_once([' ', '='])?;
    let (first, _) = range.trim().split_once('-')?;
    if unit.eq_ignore_ascii_case("bytes") { first.trim().parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_empty_session_is_told_from_one_byte_by_what_is_remembered() {
        assert_eq!(taken("0-0", 0), Some(0));
        assert_eq!(taken("0-0", 7), Some(0));
        assert_eq!(taken("0-0", 1), Some(1));
        assert_eq!(taken("bytes=0-9", 0), Some(10));
        assert_eq!(taken("3-9", 0), None);
        assert_eq!(taken(&format!("0-{}", u64::MAX), 0), None);
    }

    proptest! {
        #[test]
        fn an_upload_continues_behind_the_last_byte(last in 1..u64::MAX, remembers: u64) {
            prop_assert_eq!(taken(&format!("0-{last}"), remembers), Some(last + 1));
        }

        #[test]
        fn a_partial_answer_tells_its_start(first: u64, length in 0..1_000_000_u64, size in "[0-9]{1,9}|\\*") {
            let last = first.saturating_add(length);
            prop_assert_eq!(content_range_start(&format!("bytes {first}-{last}/{size}")), Some(first));
        }

        #[test]
        fn anything_is_survived(header in "\\PC{0,60}", remembers: u64) {
            taken(&header, remembers);
            content_range_start(&header);
        }
    }
}
