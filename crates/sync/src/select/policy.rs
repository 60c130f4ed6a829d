//! What a mirror does with the images it takes.

use portolan_oci::{MediaType, Platform, Tag};

use super::{MirrorFault, NameRules, TagRules, Timing};
use crate::settings::{
    IndexMode, Pattern, Period, PolicySettings, PruneSettings, ReferrerRules, ReferrerSettings, TagSets,
};

/// What a mirror does with the images it takes: nothing is left open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Which tags of a source are taken.
    pub tags: TagRules,
    /// The platforms that are taken; all, if the list is empty.
    pub platforms: Vec<Platform>,
    /// What becomes of an index of which only some platforms are taken.
    pub index: IndexMode,
    /// The artifact types that are taken; all, if the list is empty.
    pub artifact_types: Vec<MediaType>,
    /// What goes along with an image.
    pub referrers: CarriedReferrers,
    /// How long what was found to refer to an unchanged image is believed.
    pub recheck: Period,
    /// When it is done by itself, if ever.
    pub timing: Option<Timing>,
    /// How much later than its time it may begin.
    pub jitter: Period,
    /// What happens at the targets to what is gone.
    pub prune: PruneSettings,
    /// Tags that are not moved once they are at a target.
    pub immutable: Vec<Pattern>,
    /// Tags that are left as they are once they are at a target; none, if there are no rules.
    pub keep_existing: Option<NameRules>,
}

/// What goes along with an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CarriedReferrers {
    /// All that refers to it.
    All,
    /// Nothing.
    None,
    /// What has one of these artifact types.
    Types(Vec<MediaType>),
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            tags: TagRules::default(),
            platforms: Vec::new(),
            index: IndexMode::default(),
            artifact_types: Vec::new(),
            referrers: CarriedReferrers::All,
            recheck: Self::RECHECK,
            timing: None,
            jitter: Period::seconds(0),
            prune: PruneSettings::default(),
            immutable: Vec::new(),
            keep_existing: None,
        }
    }
}

impl Policy {
    /// How long what refers to an unchanged image is believed if nothing is said.
    pub const RECHECK: Period = Period::hours(1);

    /// Whether a tag is not moved once it is at a target.
    pub fn is_immutable(&self, tag: &Tag) -> bool {
        self.immutable.iter().any(|pattern| pattern.fits(tag.as_str()))
    }

    /// Whether a tag is left as it is once it is at a target.
    pub fn is_kept(&self, tag: &Tag) -> bool {
        self.keep_existing.as_ref().is_some_and(|rules| rules.judge(tag.as_str()).is_ok())
    }

    /// What settings say, over what holds without them.
    ///
    /// # Errors
    /// With all that is wrong.
    pub fn over(&self, settings: &PolicySettings, sets: &TagSets) -> Result<Self, Vec<MirrorFault>> {
        let mut faults = Vec::new();
        let tags = settings.tags.as_ref().map(|tags| TagRules::new(tags, sets));
        let tags = tags.transpose().unwrap_or_else(|fault| {
            faults.push(fault);
            None
        });
        let timing = timing(settings, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        let own = self.clone();
        let (referrers, recheck) = match &settings.referrers {
            Some(referrers) => carried(referrers),
            None => (own.referrers, own.recheck),
        };
        Ok(Self {
            tags: tags.unwrap_or(own.tags),
            platforms: settings.platforms.clone().unwrap_or(own.platforms),
            index: settings.index.unwrap_or(own.index),
            artifact_types: settings.artifact_types.clone().unwrap_or(own.artifact_types),
            referrers,
            recheck,
            timing: timing.or(own.timing),
            jitter: settings.jitter.unwrap_or(own.jitter),
            prune: settings.prune.clone().unwrap_or(own.prune),
            immutable: settings.immutable.clone().unwrap_or(own.immutable),
            keep_existing: settings.keep_existing.clone().map(NameRules::from).or(own.keep_existing),
        })
    }
}

fn timing(settings: &PolicySettings, faults: &mut Vec<MirrorFault>) -> Option<Timing> {
    match (&settings.schedule, settings.every) {
        (Some(_), Some(_)) => faults.push(MirrorFault::TwoTimings),
        (None, Some(every)) if every.is_zero() => faults.push(MirrorFault::NoInterval),
        (Some(schedule), None) => {
            return Some(match schedule.every() {
                Some(every) => Timing::Every(every),
                None => Timing::Schedule(schedule.clone()),
            });
        }
        (None, Some(every)) => return Some(Timing::Every(every)),
        (None, None) => {}
    }
    None
}

fn carried(settings: &ReferrerSettings) -> (CarriedReferrers, Period) {
    match settings {
        ReferrerSettings::Switch(true) => (CarriedReferrers::All, Policy::RECHECK),
        ReferrerSettings::Switch(false) => (CarriedReferrers::None, Policy::RECHECK),
        ReferrerSettings::Rules(ReferrerRules { types, recheck }) => (
            types.clone().map_or(CarriedReferrers::All, CarriedReferrers::Types),
            recheck.unwrap_or(Policy::RECHECK),
        ),
    }
}
