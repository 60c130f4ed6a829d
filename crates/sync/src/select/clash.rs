//! Images that would overwrite each other.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use portolan_oci::Tag;
use portolan_transport::{Endpoint, Location};

/// An image and one place to which it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expansion<'a> {
    /// Where it is.
    pub source: &'a Endpoint,
    /// Where it goes, with the name that it gets there.
    pub target: &'a Endpoint,
}

/// Two images go to one name at one place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{first} and {second} would both be {target}")]
pub struct Clash {
    /// The place and name.
    pub target: Endpoint,
    /// The image that has it first.
    pub first: Endpoint,
    /// The other.
    pub second: Endpoint,
}

/// All that would be overwritten by another: none may be copied before a target is told to keep them apart.
/// One image that is named twice is no clash, and one digest is one image.
pub fn clashes<'a>(expansions: impl IntoIterator<Item = Expansion<'a>>) -> Vec<Clash> {
    let mut taken: HashMap<(&Location, Option<&Tag>), Expansion<'a>> = HashMap::new();
    let mut found = Vec::new();
    for expansion in expansions {
        let target = &expansion.target;
        // It is the name that is moved; a digest alone is never another's.
        if target.tag.is_none() && target.digest.is_some() {
            continue;
        }
        match taken.entry((&target.location, target.tag.as_ref())) {
            Entry::Vacant(free) => {
                free.insert(expansion);
            }
            Entry::Occupied(other) if !same_image(other.get().source, expansion.source) => {
                found.push(Clash {
                    target: (*target).clone(),
                    first: (*other.get().source).clone(),
                    second: (*expansion.source).clone(),
                });
            }
            Entry::Occupied(_) => {}
        }
    }
    found
}

fn same_image(one: &Endpoint, two: &Endpoint) -> bool {
    match (one.digest, two.digest) {
        (Some(one), Some(two)) => one == two,
        _ => one.location == two.location && one.selector() == two.selector(),
    }
}
