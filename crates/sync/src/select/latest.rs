//! The newest of each series.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use super::{LeftOut, TagFact, TagVersion};
use crate::settings::{LatestBy, LatestRule, Series};

/// The place of a tag among the newest of its series. Tags of one version (or one date) share a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rank {
    /// The place, the newest having 1.
    pub place: usize,
    /// The series, as `12.x` or `12.x-slim`; nothing if all are one.
    pub series: Option<String>,
    /// How many places are kept.
    pub kept: u32,
}

impl fmt::Display for Rank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            1 => f.write_str("newest")?,
            place => write!(f, "{place}{} newest", ending(place))?,
        }
        match &self.series {
            Some(series) => write!(f, " of series {series}"),
            None => Ok(()),
        }
    }
}

fn ending(place: usize) -> &'static str {
    match (place % 10, place % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    }
}

/// What is counted together: flavour and numbers. By date and over all it is nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    flavour: String,
    numbers: Vec<u64>,
}

impl Key {
    fn name(&self) -> Option<String> {
        let mut name: String = self.numbers.iter().map(|number| format!("{number}.")).collect();
        name.push(if self.numbers.is_empty() { '*' } else { 'x' });
        if !self.flavour.is_empty() {
            return Some(format!("{name}-{}", self.flavour));
        }
        (!self.numbers.is_empty()).then_some(name)
    }
}

/// What makes one newer than another: in one call always the same of the two.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Newness {
    Version(TagVersion),
    Date(Timestamp),
}

/// The place of each fact in its series, or why it has none.
pub(super) fn rank(rule: &LatestRule, facts: &[&TagFact]) -> Vec<Result<Rank, LeftOut>> {
    let placed: Vec<Result<(Key, Newness), LeftOut>> = facts.iter().map(|fact| place(rule, fact)).collect();
    let mut series: BTreeMap<&Key, Vec<&Newness>> = BTreeMap::new();
    for (key, newness) in placed.iter().flatten() {
        series.entry(key).or_default().push(newness);
    }
    for members in series.values_mut() {
        members.sort_by_key(|newness| Reverse(*newness));
        members.dedup();
    }
    let rank = |(key, newness): &(Key, Newness)| {
        let members = series.get(key).map(Vec::as_slice).unwrap_or_default();
        let newer = members.partition_point(|member| *member > newness);
        Rank { place: newer + 1, series: key.name(), kept: rule.count.get() }
    };
    placed.iter().map(|placed| placed.as_ref().map(rank).map_err(Clone::clone)).collect()
}

fn place(rule: &LatestRule, fact: &TagFact) -> Result<(Key, Newness), LeftOut> {
    let version = TagVersion::of(&fact.tag).ok_or(LeftOut::NoSeries(rule.by));
    let key = match (rule.by, rule.per) {
        (LatestBy::Date, Series::All) => Key { flavour: String::new(), numbers: Vec::new() },
        (_, per) => key(version.as_ref().map_err(Clone::clone)?, per),
    };
    let newness = match rule.by {
        LatestBy::Version => Newness::Version(version?),
        LatestBy::Date => Newness::Date(fact.created.ok_or(LeftOut::NoDate)?),
    };
    Ok((key, newness))
}

fn key(version: &TagVersion, per: Series) -> Key {
    let numbers = match per {
        Series::All => Vec::new(),
        Series::Major => vec![version.number(0)],
        Series::Minor => vec![version.number(0), version.number(1)],
    };
    Key { flavour: version.flavour().to_owned(), numbers }
}
