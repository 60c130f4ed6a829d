//! Whether what a plan brings has room where it goes.

use std::collections::BTreeMap;

use super::planned::{Cost, Plan};
use crate::engine::Engine;
use crate::event::Event;

/// What goes to a volume, and how much room there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    /// The targets on the volume to which something goes.
    pub places: Vec<String>,
    /// Bytes that will be needed.
    pub least_bytes: u64,
    /// Bytes that are needed if no mount is granted.
    pub most_bytes: u64,
    /// Bytes that are free.
    pub free: u64,
}

impl Space {
    /// Whether the bytes that will be needed are there.
    pub fn suffices(&self) -> bool {
        self.least_bytes <= self.free
    }
}

impl Plan {
    /// The room at the targets to which something goes, as far as they tell.
    pub async fn space(&self) -> Vec<Space> {
        let mut needs: BTreeMap<&str, (_, Cost)> = BTreeMap::new();
        for image in &self.images {
            for (lane, target) in image.job.lanes.iter().zip(&image.targets) {
                if target.action.is_copy() {
                    let (_, cost) =
                        needs.entry(&lane.label).or_insert_with(|| (&lane.target, Cost::default()));
                    *cost = [*cost, target.cost].into_iter().sum();
                }
            }
        }
        let mut volumes: BTreeMap<u64, Space> = BTreeMap::new();
        for (place, (target, cost)) in needs {
            let room = match target.free_space().await {
                Ok(Some(room)) => room,
                Ok(None) => continue,
                Err(cause) => {
                    tracing::warn!(%cause, "it cannot be told whether there is room");
                    continue;
                }
            };
            let space = volumes.entry(room.volume).or_insert(Space {
                places: Vec::new(),
                least_bytes: 0,
                most_bytes: 0,
                free: room.bytes,
            });
            space.places.push(place.to_owned());
            space.least_bytes += cost.least_bytes;
            space.most_bytes += cost.most_bytes;
        }
        volumes.into_values().collect()
    }
}

impl Engine {
    /// Warns where the bytes of a plan have no room. They may get it while the run goes on.
    pub(super) async fn warn_of_space(&self, plan: &Plan) {
        for space in plan.space().await.iter().filter(|space| !space.suffices()) {
            let message = format!(
                "{} bytes go to {}, where {} are free",
                space.least_bytes,
                space.places.join(", "),
                space.free
            );
            self.observer.observe(Event::Warning { message });
        }
    }
}
