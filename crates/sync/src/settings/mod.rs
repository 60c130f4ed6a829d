//! The sections `mirrors`, `defaults` and `tag_sets` of the configuration, as they are written.
//!
//! Single values are parsed into types of their own, so that a wrong one is found where it stands. What
//! several of them mean together, with the defaults and tag sets put in, is a
//! [`Mirror`](crate::select::Mirror); that is `select`'s business.

mod image_name;
mod images_from;
mod mirror;
mod mirror_source;
mod pattern;
mod period;
mod policy;
mod prune;
mod referrers;
mod schedule;
mod share;
mod tags;
mod text;
mod version_range;

pub use image_name::ImageName;
pub use images_from::ImagesFrom;
pub use mirror::{MirrorName, MirrorNameError, MirrorSettings, NameSettings};
pub use mirror_source::{MirrorSource, MirrorSourceError};
pub use pattern::{Pattern, PatternError};
pub use period::{Period, PeriodError};
pub use policy::{IndexMode, PolicySettings};
pub use prune::{PruneMode, PruneSettings};
pub use referrers::{ReferrerRules, ReferrerSettings};
pub use schedule::{Schedule, ScheduleError};
pub use share::{Share, ShareError};
pub use tags::{LatestBy, LatestRule, LatestSettings, Series, TagSets, TagSettings};
pub use version_range::{VersionRange, VersionRangeError};

pub(crate) use text::setting_text;
