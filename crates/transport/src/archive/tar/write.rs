//! Headers to write: the same bytes for the same member, whoever writes it and when.

use super::{BLOCK, BLOCK_LEN};

/// What ends an archive.
pub(crate) const END_OF_ARCHIVE: [u8; 2 * BLOCK_LEN] = [0; 2 * BLOCK_LEN];

/// The largest size that eleven octal digits can say.
const OCTAL_LIMIT: u64 = 0o777_7777_7777;

/// How many zeros follow content of this size.
pub(crate) fn padding(size: u64) -> u64 {
    size.next_multiple_of(BLOCK) - size
}

/// The header of a regular file that belongs to root and is as old as time. A path of more than 100 bytes
/// takes a pax header before it.
pub(crate) fn header_for(path: &str, size: u64) -> Vec<u8> {
    let mut headers = Vec::new();
    if path.len() > 100 {
        let record = pax_record("path", path);
        headers.extend_from_slice(&header(b'x', "PaxHeaders/path", record.len() as u64));
        headers.extend_from_slice(record.as_bytes());
        headers.resize(headers.len().next_multiple_of(BLOCK_LEN), 0);
    }
    headers.extend_from_slice(&header(b'0', path, size));
    headers
}

/// A record that counts its own length.
fn pax_record(key: &str, value: &str) -> String {
    let rest = format!(" {key}={value}\n");
    let mut len = rest.len();
    while len != rest.len() + len.to_string().len() {
        len = rest.len() + len.to_string().len();
    }
    format!("{len}{rest}")
}

fn header(kind: u8, path: &str, size: u64) -> [u8; BLOCK_LEN] {
    let mut block = [0; BLOCK_LEN];
    let mut put = |start: usize, bytes: &[u8]| {
        for (to, from) in block.iter_mut().skip(start).zip(bytes) {
            *to = *from;
        }
    };
    put(0, path.as_bytes().get(..100).unwrap_or(path.as_bytes()));
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, &[kind]);
    if size <= OCTAL_LIMIT {
        put(124, format!("{size:011o}\0").as_bytes());
        put(257, b"ustar\x0000");
    } else {
        // GNU's way to say large numbers, which every reader of today knows.
        put(124, &[0x80, 0, 0, 0]);
        put(128, &size.to_be_bytes());
        put(257, b"ustar  \0");
    }
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    for (to, from) in block.iter_mut().skip(148).zip(format!("{sum:06o}\0 ").bytes()) {
        *to = from;
    }
    block
}
