//! Chance that can be had again: where a run is killed, or the power cut.
//!
//! `PORTOLAN_CHAOS` says how many points there are, `PORTOLAN_CHAOS_SEED` which; the seed of each run is printed.

use std::process;

/// Draws the points of one test.
#[derive(Debug, Clone, Copy)]
pub struct Dice {
    seed: u64,
    count: u64,
}

impl Dice {
    /// As many points as the environment says, else `few`.
    ///
    /// # Panics
    /// If a variable is no number.
    pub fn new(few: u64) -> Self {
        let seed = number("PORTOLAN_CHAOS_SEED").unwrap_or_else(|| process::id().into());
        println!("PORTOLAN_CHAOS_SEED={seed}");
        Self { seed, count: number("PORTOLAN_CHAOS").unwrap_or(few).max(1) }
    }

    /// How many points there are.
    pub fn count(self) -> u64 {
        self.count
    }

    /// A number for each point, the same for the same seed.
    pub fn drawn(self) -> impl Iterator<Item = u64> {
        (0..self.count).map(move |nth| noise(self.seed << 32 | nth))
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}={text}: not a number")))
}

/// The `splitmix64` generator's output function.
fn noise(nth: u64) -> u64 {
    let mut z = nth.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
