//! What a run brings that is not there yet when its prune is planned.

use std::collections::{BTreeMap, HashMap, HashSet};

use portolan_catalog::Place;
use portolan_oci::Tag;
use portolan_transport::PutAs;

use super::survey::Named;
use crate::copy::Role;
use crate::plan::{Action, Plan, PlannedImage};

/// What is known of a run beside the targets.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// Places at which an image failed, or will.
    pub(super) failed: HashSet<Place>,
    /// What names will name.
    pub(super) coming: HashMap<Place, BTreeMap<Tag, Named>>,
}

impl Ahead {
    /// A run that is yet to be done.
    pub(super) fn of(plan: &Plan) -> Self {
        let mut ahead = Self::default();
        for image in &plan.images {
            for (lane, target) in image.job.lanes.iter().zip(&image.targets) {
                match (&target.action, &lane.name, named(image)) {
                    (Action::Fail(_), ..) => {
                        ahead.failed.insert(lane.place.clone());
                    }
                    (Action::Add | Action::Move { .. }, PutAs::Tag(tag), Some(named)) => {
                        ahead.coming.entry(lane.place.clone()).or_default().insert(tag.clone(), named);
                    }
                    _ => {}
                }
            }
        }
        ahead
    }
}

fn named(image: &PlannedImage) -> Option<Named> {
    let tree = image.tree.as_ref()?;
    let children = tree.members.iter().filter(|member| member.role == Role::Child);
    Some(Named {
        digest: *tree.root.digest(),
        children: children.map(|child| *child.manifest.digest()).collect(),
        subject: tree.root.parsed().subject().map(|subject| subject.digest),
    })
}
