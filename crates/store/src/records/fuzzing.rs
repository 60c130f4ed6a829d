//! What must hold for any line of the records.

use super::line::{Line, digits, read, write};

/// A line that is understood is written so that it is understood as the same.
pub fn record_line(data: &[u8]) {
    check(data);
    // No fuzzer finds the digits by trying.
    check(&[&digits(data), b" ".as_slice(), data].concat());
}

fn check(line: &[u8]) {
    let Some(read_first) = read(line) else { return };
    let written = match &read_first {
        Line::Record(record) => write(record),
        Line::Mark(mark) => write(mark),
    };
    let written = written.unwrap_or_default();
    let line = written.strip_suffix(b"\n").unwrap_or_default();
    assert!(!line.contains(&b'\n'));
    assert_eq!(read(line), Some(read_first));
}
