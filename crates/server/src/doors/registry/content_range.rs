//! Where the bytes of an upload belong: `Content-Range: <first>-<last>`, without a unit (distribution-spec,
//! "Pushing a blob in chunks"). Some clients write a unit and a size all the same, as RFC 9110 has it.

/// The place of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ChunkRange {
    pub(super) first: u64,
    /// How many bytes; at least one.
    pub(super) length: u64,
}

/// Reads the header; `None` if it makes no sense.
pub(super) fn parse(header: &str) -> Option<ChunkRange> {
    let range = header.trim();
    let range = range.strip_prefix("bytes").map_or(range, |rest| rest.trim_start_matches(['=', ' ']));
    let range = range.split_once('/').map_or(range, |(range, _size)| range);
    let (first, last) = range.split_once('-')?;
    let (first, last) = (number(first)?, number(last)?);
    let length = last.checked_sub(first)?.checked_add(1)?;
    Some(ChunkRange { first, length })
}

fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn forms_that_clients_send() {
        let range = Some(ChunkRange { first: 5, length: 5 });
        assert_eq!(parse("5-9"), range);
        assert_eq!(parse("bytes 5-9/20"), range);
        assert_eq!(parse("bytes=5-9/*"), range);
        for wrong in ["", "-", "5-", "-5", "9-5", "a-b", "+1-2", "0-18446744073709551615"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(first in 0..u64::MAX / 2, length in 1..u64::MAX / 2) {
            let header = format!("{first}-{}", first + (length - 1));
            prop_assert_eq!(parse(&header), Some(ChunkRange { first, length }));
        }

        #[test]
        fn anything_is_survived(header in "\\PC{0,60}") {
            parse(&header);
        }
    }
}
