//! Where a run is killed.

use std::process;

/// After how many requests each run is killed: one point at random in each of as many equal parts of `total` as
/// there are runs; `few` where nothing is said.
pub(crate) fn points(total: u64, few: u64) -> impl Iterator<Item = u64> {
    let seed = number("PORTOLAN_CHAOS_SEED").unwrap_or_else(|| process::id().into());
    println!("PORTOLAN_CHAOS_SEED={seed}");
    let count = number("PORTOLAN_CHAOS").unwrap_or(few);
    // The last part is left alone: the run must not end before it is killed.
    let part = (total * 95 / 100 / count).max(1);
    (0..count).map(move |nth| nth * part + noise(seed << 32 | nth) % part)
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap())
}

/// The `splitmix64` generator's output function.
fn noise(nth: u64) -> u64 {
    let mut z = nth.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
