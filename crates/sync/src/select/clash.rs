//! Images that would overwrite each other.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use portolan_oci::{Tag, TagOrDigest};
use portolan_transport::{Location, PutAs};

/// An image and one place to which it goes.
#[derive(Debug, Clone, Copy)]
pub struct Expansion<'a> {
    /// Where it is.
    pub source: &'a Location,
    /// Which one it is there.
    pub reference: &'a TagOrDigest,
    /// Where it goes.
    pub target: &'a Location,
    /// The name that it gets there.
    pub name: &'a PutAs,
}

/// Two images go to one name at one place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{first} and {second} would both be {target}")]
pub struct Clash {
    /// The place and name.
    pub target: String,
    /// The image that has it first.
    pub first: String,
    /// The other.
    pub second: String,
}

/// All that would be overwritten by another: none may be copied before a target is told to keep them apart.
/// One image that is named twice is no clash, and one digest is one image.
pub fn clashes<'a>(expansions: impl IntoIterator<Item = Expansion<'a>>) -> Vec<Clash> {
    let mut taken: HashMap<(&Location, &Tag), Expansion<'a>> = HashMap::new();
    let mut found = Vec::new();
    for expansion in expansions {
        // It is the name that is moved; a digest alone is never another's.
        let PutAs::Tag(tag) = expansion.name else { continue };
        match taken.entry((expansion.target, tag)) {
            Entry::Vacant(free) => _ = free.insert(expansion),
            Entry::Occupied(other) if !same_image(other.get(), &expansion) => {
                found.push(Clash {
                    target: expansion.target.with(Some(&tag.clone().into())),
                    first: image(other.get()),
                    second: image(&expansion),
                });
            }
            Entry::Occupied(_) => {}
        }
    }
    found
}

fn image(expansion: &Expansion<'_>) -> String {
    expansion.source.with(Some(expansion.reference))
}

fn same_image(one: &Expansion<'_>, two: &Expansion<'_>) -> bool {
    let is_digest = matches!(one.reference, TagOrDigest::Digest(_));
    one.reference == two.reference && (is_digest || one.source == two.source)
}
