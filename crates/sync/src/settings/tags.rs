//! Rules that choose tags.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Pattern, Period, VersionRange};

/// The section `tag_sets`: rules by the name under which mirrors use them.
pub type TagSets = BTreeMap<String, TagSettings>;

/// Which tags are taken. A tag must pass all the rules that are given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TagSettings {
    /// Name of a tag set whose rules are taken; rules given beside it replace those of the set.
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// Patterns of which a tag must match one: regular expressions, or globs as `glob:1.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include: Option<Vec<Pattern>>,
    /// Patterns of which a tag must match none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude: Option<Vec<Pattern>>,
    /// Range in which the version must be; tags that are no versions are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub semver: Option<VersionRange>,
    /// How long a tag must have been seen with its digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_age: Option<Period>,
    /// How many of the newest are taken, of what the other rules leave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest: Option<LatestSettings>,
}

/// How many of the newest are taken: a number, or a [`LatestRule`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum LatestSettings {
    /// So many of the newest versions.
    Count(NonZeroU32),
    /// So many of each series.
    Rule(LatestRule),
}

impl LatestSettings {
    /// What is meant by it.
    pub fn rule(&self) -> LatestRule {
        match self {
            Self::Count(count) => {
                LatestRule { count: *count, by: LatestBy::default(), per: Series::default() }
            }
            Self::Rule(rule) => *rule,
        }
    }
}

/// How many of the newest are taken, and of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LatestRule {
    /// How many.
    pub count: NonZeroU32,
    /// What makes one newer than another.
    #[serde(default)]
    pub by: LatestBy,
    /// Of what so many are taken.
    #[serde(default)]
    pub per: Series,
}

/// What makes one tag newer than another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LatestBy {
    /// The version in its name.
    #[default]
    Version,
    /// When the image was made.
    Date,
}

/// What is counted together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Series {
    /// Versions with the same first number.
    Major,
    /// Versions with the same first two numbers.
    Minor,
    /// All together.
    #[default]
    All,
}
