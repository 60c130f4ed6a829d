//! When the power goes, and what that takes.

use portolan_store::testing::{Keeping, Losing};
use portolan_testkit::chaos::Dice;

/// A power cut.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    /// After how many steps.
    pub(super) after: u64,
    pub(super) losing: Losing,
    pub(super) keeping: Keeping,
}

/// What a cut takes: all it can, as little as it can, and something between.
fn kinds(seed: u64) -> [(Losing, Keeping); 6] {
    [
        (Losing::Everything, Keeping::Everything),
        (Losing::Nothing, Keeping::Nothing),
        (Losing::Chance(seed), Keeping::Everything),
        (Losing::Everything, Keeping::Nothing),
        (Losing::Bytes, Keeping::Chance(seed)),
        (Losing::Chance(!seed), Keeping::Chance(!seed)),
    ]
}

/// Cuts after some of `steps` steps, in each way: one at random in each of as many equal parts of them all as there
/// are to be, `few` where nothing is said.
pub(super) fn cuts(steps: u64, few: u64) -> impl Iterator<Item = Cut> {
    let (dice, all) = (Dice::new(few), (steps + 1) * 6);
    let count = dice.count().min(all);
    dice.drawn().zip(0..count).map(move |(drawn, nth)| {
        let [begin, end] = [nth, nth + 1].map(|nth| nth * all / count);
        let which = begin + drawn % (end - begin);
        let (losing, keeping) = kinds(drawn)[usize::try_from(which % 6).unwrap()];
        Cut { after: which / 6, losing, keeping }
    })
}
