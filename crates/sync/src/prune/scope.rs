//! What a mirror wants now, and what it might want.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use portolan_catalog::{CondemnReason, Place};
use portolan_oci::Tag;
use portolan_transport::{Endpoint, PutAs, Target};

use crate::holdings::place_of;
use crate::mirror::Gathered;
use crate::select::{LeftOut, Mirror, MirrorImages, Reason};
use crate::settings::{ImageName, MirrorName, PruneMode, PruneSettings};

/// What a prune has to know of a mirror that prunes: all that it wants, and why it leaves out the rest.
pub struct PruneScope {
    pub(super) mirror: String,
    pub(super) settings: PruneSettings,
    places: HashMap<Place, Wanted>,
    /// Why it does not want what it has no verdict on.
    otherwise: CondemnReason,
}

/// What a mirror wants at one place.
struct Wanted {
    target: Arc<dyn Target>,
    tags: HashSet<Tag>,
    left_out: HashMap<Tag, Verdict>,
}

/// How a mirror stands to a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It wants it.
    Wanted,
    /// It cannot be said yet whether it does.
    Open,
    /// It does not.
    Unwanted(CondemnReason),
}

impl PruneScope {
    /// Nothing for a mirror that does not prune. What was gathered must be complete.
    pub fn new(mirror: &Mirror, gathered: &Gathered) -> Option<Self> {
        let settings = mirror.policy.prune.clone();
        if settings.mode == PruneMode::Off {
            return None;
        }
        let mut places: HashMap<Place, Wanted> = HashMap::new();
        for to in gathered.requests.iter().flat_map(|request| &request.targets) {
            let wanted = places.entry(place_of(to.target.location())).or_insert_with(|| Wanted {
                target: Arc::clone(&to.target),
                tags: HashSet::new(),
                left_out: HashMap::new(),
            });
            if let PutAs::Tag(tag) = &to.name {
                wanted.tags.insert(tag.clone());
            }
        }
        let otherwise = match mirror.images {
            MirrorImages::Place(_) | MirrorImages::Repositories(_) => CondemnReason::Vanished,
            MirrorImages::Named(_) | MirrorImages::Listed(_) => CondemnReason::Deselected,
        };
        let mut scope = Self { mirror: mirror.name.to_string(), settings, places, otherwise };
        scope.leave_out(mirror, gathered);
        Some(scope)
    }

    /// That of a saved plan, which says by itself what is to go.
    pub(super) fn of_plan(mirror: &MirrorName, settings: PruneSettings) -> Self {
        let otherwise = CondemnReason::Deselected;
        Self { mirror: mirror.to_string(), settings, places: HashMap::new(), otherwise }
    }

    /// Keeps where what the rules left out would have gone.
    fn leave_out(&mut self, mirror: &Mirror, gathered: &Gathered) {
        for (location, verdicts) in &gathered.looked.tags {
            for verdict in verdicts {
                let Reason::Out(left_out) = &verdict.reason else { continue };
                let how = judged(left_out);
                let image =
                    Endpoint { location: location.clone(), tag: Some(verdict.tag.clone()), digest: None };
                let image = ImageName::from(image);
                for goal in mirror.targets.iter().filter_map(|target| target.expand(&image).ok()) {
                    let Some(tag) = goal.tag else { continue };
                    let Some(wanted) = self.places.get_mut(&place_of(&goal.location)) else { continue };
                    let known = wanted.left_out.entry(tag).or_insert(how);
                    // Of several images for one name the doubtful one counts.
                    if how == Verdict::Open {
                        *known = how;
                    }
                }
            }
        }
    }

    /// The target of a place at which something is wanted.
    pub(super) fn target(&self, place: &Place) -> Option<&Arc<dyn Target>> {
        let wanted = self.places.get(place)?;
        (!wanted.tags.is_empty()).then_some(&wanted.target)
    }

    /// How the mirror stands to a name at a place at which something is wanted.
    pub(super) fn verdict(&self, place: &Place, tag: &Tag) -> Verdict {
        match self.places.get(place) {
            Some(wanted) if wanted.tags.contains(tag) => Verdict::Wanted,
            Some(wanted) => wanted.left_out.get(tag).copied().unwrap_or(Verdict::Unwanted(self.otherwise)),
            None => Verdict::Open,
        }
    }
}

/// Whether a rule that leaves a tag out is sure about it. What was seen too short a time ago, or has no date, may
/// be taken as soon as more is known.
fn judged(left_out: &LeftOut) -> Verdict {
    match left_out {
        LeftOut::TooYoung { .. } | LeftOut::NeverSeen { .. } | LeftOut::NoDate => Verdict::Open,
        LeftOut::Belonging
        | LeftOut::NotBelow(_)
        | LeftOut::NotIncluded(_)
        | LeftOut::Excluded(_)
        | LeftOut::NoVersion(_)
        | LeftOut::NotInRange { .. }
        | LeftOut::NoSeries(_)
        | LeftOut::Older(_)
        | LeftOut::OtherKind(_) => Verdict::Unwanted(CondemnReason::Deselected),
    }
}
