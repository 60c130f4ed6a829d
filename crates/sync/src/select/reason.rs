//! Why a name is taken or left out.

use std::fmt;

use portolan_oci::{MediaType, RepositoryName};

use super::Rank;
use crate::settings::{LatestBy, Pattern, Period, VersionRange};

/// Why a name is taken or left out. Printed as a sentence: `taken: …`, `left out: …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It is taken.
    In(Taken),
    /// It is not.
    Out(LeftOut),
}

impl Reason {
    /// Whether the name is taken.
    pub fn is_in(&self) -> bool {
        matches!(self, Self::In(_))
    }
}

impl From<Result<Taken, LeftOut>> for Reason {
    fn from(outcome: Result<Taken, LeftOut>) -> Self {
        match outcome {
            Ok(taken) => Self::In(taken),
            Err(left_out) => Self::Out(left_out),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::In(taken) => write!(f, "taken: {taken}"),
            Self::Out(left_out) => write!(f, "left out: {left_out}"),
        }
    }
}

/// The rules that a name passed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// The pattern of `include` that matched.
    pub include: Option<Pattern>,
    /// The range in which its version is.
    pub semver: Option<VersionRange>,
    /// Its place among the newest.
    pub rank: Option<Rank>,
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let include = self.include.as_ref().map(|pattern| format!("matches include `{pattern}`"));
        let semver = self.semver.as_ref().map(|range| format!("its version is in `{range}`"));
        let rank = self.rank.as_ref().map(|rank| format!("{rank}, the latest {} are kept", rank.kept));
        let said: Vec<String> = [include, semver, rank].into_iter().flatten().collect();
        if said.is_empty() { f.write_str("no rule leaves it out") } else { f.write_str(&said.join("; ")) }
    }
}

/// The rule that a name did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftOut {
    /// It is where things that belong to an image are kept; they travel with that image.
    Belonging,
    /// The repository is not below the source's prefix.
    NotBelow(RepositoryName),
    /// None of the patterns of `include` matches.
    NotIncluded(Vec<Pattern>),
    /// This pattern of `exclude` matches.
    Excluded(Pattern),
    /// It is no version, and a range is asked for.
    NoVersion(VersionRange),
    /// Its version is not in the range.
    NotInRange {
        /// The version as it is compared.
        version: semver::Version,
        /// The range.
        range: VersionRange,
    },
    /// It has not been seen long enough.
    TooYoung {
        /// How long it has been seen, roughly.
        age: Period,
        /// How long it must have been.
        least: Period,
    },
    /// It was never seen before.
    NeverSeen {
        /// How long it must have been seen.
        least: Period,
    },
    /// It has no version, and the newest versions are asked for, or the newest of each series of versions.
    NoSeries(LatestBy),
    /// It is not known when the image was made, and the newest are asked for.
    NoDate,
    /// There are enough newer ones.
    Older(Rank),
    /// It is of none of the artifact types that are taken. These are its own.
    OtherKind(Vec<MediaType>),
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Belonging => f.write_str("it holds what belongs to another image, and travels with that"),
            Self::NotBelow(prefix) => write!(f, "not below `{prefix}/`"),
            Self::NotIncluded(patterns) => {
                let patterns: Vec<String> = patterns.iter().map(|pattern| format!("`{pattern}`")).collect();
                write!(f, "matches no include ({})", patterns.join(", "))
            }
            Self::Excluded(pattern) => write!(f, "matches exclude `{pattern}`"),
            Self::NoVersion(range) => write!(f, "not a version, and semver is `{range}`"),
            Self::NotInRange { version, range } => write!(f, "{version} is not in semver `{range}`"),
            Self::TooYoung { age, least } => {
                write!(f, "first seen {} ago, min_age is {}", age.words(), least.words())
            }
            Self::NeverSeen { least } => write!(f, "never seen before, min_age is {}", least.words()),
            Self::NoSeries(LatestBy::Version) => f.write_str("not a version, and latest goes by version"),
            Self::NoSeries(LatestBy::Date) => {
                f.write_str("not a version, and latest counts by series of versions")
            }
            Self::NoDate => f.write_str("its date is not known, and latest goes by date"),
            Self::Older(rank) => write!(f, "{rank}, only the latest {} are kept", rank.kept),
            Self::OtherKind(kinds) if kinds.is_empty() => f.write_str("of no artifact type"),
            Self::OtherKind(kinds) => {
                let kinds: Vec<&str> = kinds.iter().map(MediaType::as_str).collect();
                write!(f, "not of a type in artifact_types: {}", kinds.join(", "))
            }
        }
    }
}
