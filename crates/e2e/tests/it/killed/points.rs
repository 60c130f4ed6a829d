//! Where a copy is killed.

/// How many bytes have passed at each kill: one point at random in each of so many equal parts of `total`.
pub(crate) fn points(total: u64) -> impl Iterator<Item = u64> {
    let said = std::env::var("PORTOLAN_CHAOS").ok();
    let count: u64 = said.map_or(4, |text| text.parse().unwrap());
    // The last part is left alone: the copy must not end before it is killed.
    let part = total * 95 / 100 / count;
    (0..count).map(move |nth| nth * part + noise(nth) % part)
}

/// The `splitmix64` generator's output function.
fn noise(nth: u64) -> u64 {
    let mut z = nth.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
