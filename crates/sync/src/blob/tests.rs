//! How large chunks are.

use std::time::Duration;

use super::Limits;

const MIB: u64 = 1024 * 1024;

#[test]
fn chunks_grow_with_their_blob_between_their_bounds() {
    let limits = Limits {
        blobs: 1,
        chunked_over: 64 * MIB,
        chunk: 16 * MIB,
        largest_chunk: 64 * MIB,
        window: MIB,
        spool: "/nowhere".into(),
        attempts: 1,
        pause: Duration::ZERO,
    };
    let cases =
        [(0, 16), (65 * MIB, 16), (256 * MIB, 16), (257 * MIB, 32), (600 * MIB, 48), (100_000 * MIB, 64)];
    for (size, chunk) in cases {
        assert_eq!(limits.chunk_of(size), chunk * MIB, "{size}");
    }
    // A smallest chunk over the largest counts.
    let odd = Limits { chunk: 100 * MIB, ..limits };
    assert_eq!(odd.chunk_of(10_000 * MIB), 100 * MIB);
}
