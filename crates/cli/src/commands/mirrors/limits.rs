//! What a plan costs beside bytes, in words: pulls that registries count, and room.

use std::time::Duration;

use portolan_server::wire::{PlanLimits, PullsData};

use crate::output::{Bytes, Count, Span};

/// A line for each registry that counts.
pub(super) fn lines(limits: &PlanLimits) -> String {
    limits.pulls.iter().filter_map(line).collect()
}

/// What there is not enough of.
pub(super) fn shortages(limits: &PlanLimits) -> impl Iterator<Item = String> {
    let pulls = limits.pulls.iter().filter_map(|pulls| {
        let remaining = pulls.remaining.filter(|remaining| *remaining < pulls.pulls)?;
        Some(format!("{} has {} left, and this is {}", pulls.registry, Count(remaining, "pull"), pulls.pulls))
    });
    let space = limits.space.iter().filter(|volume| volume.free < volume.bytes).map(|volume| {
        let targets = volume.targets.join(", ");
        format!("{} go to {targets}, where {} are free", Bytes(volume.bytes), Bytes(volume.free))
    });
    pulls.chain(space)
}

fn line(pulls: &PullsData) -> Option<String> {
    let remaining = pulls.remaining?;
    let limit = pulls.limit.map(|limit| format!(" of {limit}")).unwrap_or_default();
    let window = pulls.window.map(Duration::from_secs).map(Span);
    let window = window.map(|window| format!(", counted over {window}")).unwrap_or_default();
    Some(format!(
        "{}: {} to do this; {remaining}{limit} left{window}\n",
        pulls.registry,
        Count(pulls.pulls, "pull")
    ))
}
