//! Mirrors: their settings with the defaults and tag sets, and where they stand if they make no sense.

use std::collections::HashMap;
use std::path::Path;

use portolan_sync::Mirror;
use portolan_sync::select::{MirrorFault, Policy, Step};
use portolan_sync::settings::{MirrorName, MirrorSettings, TagSets, TagSettings};

use crate::Config;
use crate::assemble::make;
use crate::origin::Place;
use crate::problem::Fault;
use crate::shape::Report;
use crate::typed::Typed;

/// The tag sets. One that is wrong is there without its rules, so that those who use it are not wrong too.
pub(crate) fn tag_sets(section: Option<&Typed>, report: &mut Report) -> TagSets {
    let mut sets = TagSets::new();
    for (name, entry) in section.map_or(&[][..], Typed::entries) {
        let mut set: TagSettings = make(Some(entry), report).unwrap_or_default();
        if set.set.take().is_some() {
            report.add(place(entry, &[Step::Key("use")]), MirrorFault::NestedTagSet.into());
        }
        sets.insert(name.clone(), set);
    }
    sets
}

/// Puts the mirrors' settings into the configuration, and gives back what the defaults and they mean. If something is
/// wrong it is in the report, and what is given back is of no use.
pub(crate) fn mirrors(
    config: &mut Config,
    document: &Typed,
    report: &mut Report,
    path: &Path,
) -> (Policy, Vec<Mirror>) {
    let defaults = defaults(config, document.get("defaults"), report);
    let mut seen: HashMap<MirrorName, Place> = HashMap::new();
    let mut mirrors = Vec::new();
    for entry in document.get("mirrors").map_or(&[][..], Typed::items) {
        let Some(settings) = make::<MirrorSettings>(Some(entry), report) else { continue };
        let named = place(entry, &[Step::Key("name")]);
        if let Some(first) = seen.get(&settings.name) {
            let first = first.origin(path);
            report.add(named, Fault::DuplicateMirror { name: settings.name.clone(), first });
        } else {
            seen.insert(settings.name.clone(), named.clone());
        }
        // With a value missing that was wrong, what is left may seem wrong too.
        if entry.is_sound() {
            match Mirror::new(&settings, &defaults, &config.tag_sets) {
                Ok(mirror) => mirrors.push(mirror),
                Err(faults) => blame(faults, entry, report),
            }
        }
        config.mirrors.push(settings);
    }
    (defaults, mirrors)
}

fn defaults(config: &Config, section: Option<&Typed>, report: &mut Report) -> Policy {
    let outcome = Policy::default().over(&config.defaults, &config.tag_sets);
    outcome.unwrap_or_else(|faults| {
        if let Some(section) = section.filter(|section| section.is_sound()) {
            blame(faults, section, report);
        }
        Policy::default()
    })
}

fn blame(faults: Vec<MirrorFault>, entry: &Typed, report: &mut Report) {
    for fault in faults {
        report.add(place(entry, &fault.blamed()), fault.into());
    }
}

/// Where a value is, as far as there is one.
fn place<'t>(entry: &'t Typed, steps: &[Step]) -> &'t Place {
    let below = |value: &'t Typed, step: &Step| match step {
        Step::Key(key) => value.get(key),
        Step::Item(index) => value.items().get(*index),
    };
    let mut value = entry;
    for step in steps {
        let Some(next) = below(value, step) else { break };
        value = next;
    }
    &value.place
}
