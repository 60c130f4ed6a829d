//! The section `mirrors`: which images go where.

use std::fmt;
use std::str::FromStr;

use portolan_oci::{MediaType, Platform};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::optional_list;
use super::{
    ImageName, ImagesFrom, IndexMode, MirrorSource, Pattern, Period, PolicySettings, PruneSettings,
    ReferrerSettings, Schedule, TagSettings, setting_text,
};
use crate::select::TargetTemplate;

/// A rule: which images of a source go to which targets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MirrorSettings {
    /// Its name: letters, digits, `.`, `_` and `-`. Each mirror has its own.
    pub name: MirrorName,
    /// Where images are taken from: a repository, any other place (`oci:DIR`), or `host/prefix/**` for all
    /// repositories below. One of `source`, `images` and `images_from` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<MirrorSource>,
    /// Which repositories are taken of a source that ends with `/**`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repositories: Option<NameSettings>,
    /// Single images, with tag or digest, in place of a source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images: Option<Vec<ImageName>>,
    /// Where a list of single images comes from, in place of a source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images_from: Option<ImagesFrom>,
    /// Where the images go. `{registry}`, `{repository}`, `{name}` and `{tag}` stand for those of the source;
    /// `{name}` is the last part of the repository. `{image}` is the image's name as it is written, without its tag;
    /// `{image:PREFIX}` the same with `PREFIX/` in front unless it begins with `PREFIX`. Without a tag the source's
    /// is kept.
    pub targets: Vec<TargetTemplate>,
    /// Which tags are taken of a source; without rules all are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<TagSettings>,
    /// Platforms that are taken, such as `linux/amd64`; an empty list takes all, as none does.
    #[serde(default, with = "optional_list", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<String>>")]
    pub platforms: Option<Vec<Platform>>,
    /// What becomes of the index of an image of which only some platforms are taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = "sparse"))]
    pub index: Option<IndexMode>,
    /// Artifact types (or media types of the config) that are taken; without a list all are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<String>>")]
    pub artifact_types: Option<Vec<MediaType>>,
    /// Whether signatures, SBOMs and attestations go along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = true))]
    pub referrers: Option<ReferrerSettings>,
    /// When the daemon does it: five fields as in cron, `@hourly` or `@every 1h`, `TZ=ZONE` in front. Not beside
    /// `every`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// How often the daemon does it, such as `15m`. Not beside `schedule`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Period>,
    /// How much later than its time the daemon may begin, such as `5m`: by how much is drawn for each time, so that what has
    /// the same schedule does not begin at once everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter: Option<Period>,
    /// What happens at the targets to what is gone from the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prune: Option<PruneSettings>,
    /// Patterns of tags that are not moved at a target once they are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub immutable: Option<Vec<Pattern>>,
    /// Tags that are left as they are at a target once they are there, whatever the source shows. Nothing is asked
    /// about them then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_existing: Option<NameSettings>,
}

impl MirrorSettings {
    /// What it has in common with `defaults`.
    pub fn policy(&self) -> PolicySettings {
        PolicySettings {
            tags: self.tags.clone(),
            platforms: self.platforms.clone(),
            index: self.index,
            artifact_types: self.artifact_types.clone(),
            referrers: self.referrers.clone(),
            schedule: self.schedule.clone(),
            every: self.every,
            jitter: self.jitter,
            prune: self.prune.clone(),
            immutable: self.immutable.clone(),
            keep_existing: self.keep_existing.clone(),
        }
    }
}

/// Which names are meant: those of repositories in their registry, or tags. Without patterns all are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NameSettings {
    /// Patterns of which a name must match one: regular expressions, or globs as `glob:team/*`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<Pattern>,
    /// Patterns of which a name must match none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<Pattern>,
}

/// The name of a mirror.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MirrorName(String);
setting_text!(MirrorName);

/// Why a text is not the name of a mirror.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a name for a mirror (up to 64 letters, digits, `.`, `_`, `-`; the first a letter or digit)"
)]
pub struct MirrorNameError(String);

impl MirrorName {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MirrorName {
    type Err = MirrorNameError;

    fn from_str(text: &str) -> Result<Self, MirrorNameError> {
        let letter = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        let valid = text.len() <= 64
            && text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
            && text.bytes().all(letter);
        if valid { Ok(Self(text.to_owned())) } else { Err(MirrorNameError(text.to_owned())) }
    }
}

impl fmt::Display for MirrorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
