//! What must hold for any end of a pack.

use portolan_oci::Digest;

use super::footer::MAGIC;
use super::{Footer, HEADER, TRAILER};

/// A footer whose checksum is right is written as it was read, and its objects lie in the pack. The first 8 bytes are the
/// size of the objects, the others what stands behind them.
pub fn pack_footer(data: &[u8]) {
    let Some((objects, footer)) = data.split_first_chunk() else { return };
    let objects = u64::from_le_bytes(*objects);
    check(footer, objects);
    check(&sealed(footer), objects.saturating_add(footer.len() as u64 + TRAILER));
}

fn check(end: &[u8], size: u64) {
    let Ok(footer) = Footer::parse(end, size) else { return };
    let written = footer.to_bytes();
    assert!(end.ends_with(&written));
    let objects = HEADER..=size - written.len() as u64;
    for entry in footer.entries() {
        let last = entry.offset.checked_add(entry.length);
        assert!(objects.contains(&entry.offset) && last.is_some_and(|last| objects.contains(&last)));
    }
    assert!(footer.entries().is_sorted_by(|one, next| one.digest < next.digest));
}

/// With what stands behind a footer: no fuzzer finds a checksum by trying.
fn sealed(footer: &[u8]) -> Vec<u8> {
    let length = (footer.len() as u64).to_le_bytes();
    [footer, Digest::sha256(footer).as_bytes(), &length, &MAGIC].concat()
}
