//! The part of a blob that a reader wants (RFC 9110, section 14; distribution-spec, "Pulling blobs").

use std::ops::Range;

/// What a `Range` header asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Everything: there is no header, or one that may be passed over (another unit, several ranges, nonsense).
    All,
    /// These bytes, of which there is at least one.
    Part(Range<u64>),
    /// Bytes that are not there: 416.
    Beyond,
}

/// What the header asks for of so many bytes.
pub(super) fn wanted(header: Option<&str>, size: u64) -> Wanted {
    let Some(range) = header.and_then(|header| header.trim().strip_prefix("bytes=")) else {
        return Wanted::All;
    };
    let Some((first, last)) = range.trim().split_once('-') else { return Wanted::All };
    match (number(first), number(last)) {
        // The last so many.
        (Given::Nothing, Given::Number(length)) => part(size.saturating_sub(length)..size),
        (Given::Number(first), Given::Nothing) => part(first..size),
        (Given::Number(first), Given::Number(last)) if first <= last => {
            part(first..last.saturating_add(1).min(size))
        }
        _ => Wanted::All,
    }
}

fn part(range: Range<u64>) -> Wanted {
    if range.is_empty() { Wanted::Beyond } else { Wanted::Part(range) }
}

enum Given {
    Nothing,
    Number(u64),
    Nonsense,
}

fn number(text: &str) -> Given {
    match text.trim() {
        "" => Given::Nothing,
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            // More than can be counted is beyond every blob.
            Given::Number(digits.parse().unwrap_or(u64::MAX))
        }
        _ => Given::Nonsense,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_forms_of_the_standard() {
        for (header, expected) in [
            ("bytes=0-0", Wanted::Part(0..1)),
            ("bytes=3-", Wanted::Part(3..10)),
            ("bytes=-4", Wanted::Part(6..10)),
            ("bytes=-40", Wanted::Part(0..10)),
            ("bytes=2-99", Wanted::Part(2..10)),
            ("bytes=9-18446744073709551615", Wanted::Part(9..10)),
            ("bytes=9-99999999999999999999999", Wanted::Part(9..10)),
            ("bytes=10-", Wanted::Beyond),
            ("bytes=10-12", Wanted::Beyond),
            ("bytes=-0", Wanted::Beyond),
            ("bytes=3-2", Wanted::All),
            ("bytes=0-1,3-4", Wanted::All),
            ("items=0-1", Wanted::All),
            ("bytes=a-b", Wanted::All),
            ("bytes=-", Wanted::All),
        ] {
            assert_eq!(wanted(Some(header), 10), expected, "{header}");
        }
        assert_eq!(wanted(None, 10), Wanted::All);
        assert_eq!(wanted(Some("bytes=0-"), 0), Wanted::Beyond);
    }

    proptest! {
        #[test]
        fn a_part_is_never_empty_and_never_beyond_the_end(header in "(bytes=)?[0-9a-z,-]{0,40}", size: u64) {
            if let Wanted::Part(range) = wanted(Some(&header), size) {
                prop_assert!(range.start < range.end && range.end <= size);
            }
        }
    }
}
