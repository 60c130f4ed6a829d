//! Where a run is killed.

use portolan_testkit::chaos::Dice;

/// After how many requests each run is killed: one point at random in each of as many equal parts of `total` as
/// there are runs; `few` where nothing is said.
pub(crate) fn points(total: u64, few: u64) -> impl Iterator<Item = u64> {
    let dice = Dice::new(few);
    // The last part is left alone: the run must not end before it is killed.
    let part = (total * 95 / 100 / dice.count()).max(1);
    dice.drawn().zip(0_u64..).map(move |(drawn, nth)| nth * part + drawn % part)
}
