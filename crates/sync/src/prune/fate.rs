//! What becomes of a tag that a mirror brought and no longer wants.

use std::fmt;

use jiff::Timestamp;
use portolan_catalog::CondemnReason;
use portolan_oci::{Digest, Tag};

/// A tag that a mirror brought to a target and no longer wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrunedTag {
    /// The target with the tag.
    pub target: String,
    /// The tag.
    pub tag: Tag,
    /// What it names.
    pub digest: Digest,
    /// Since when it is condemned.
    pub since: Timestamp,
    /// Whether it is condemned by this run, and was not before.
    pub is_new: bool,
    /// Why the mirror no longer wants it.
    pub reason: CondemnReason,
    /// What becomes of it, or has become.
    pub fate: Fate,
}

/// What becomes of a tag that a mirror no longer wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is condemned now.
    Condemn {
        /// When its grace is over.
        due: Timestamp,
    },
    /// It was condemned in an earlier run, and its grace is not over.
    Wait {
        /// When it is.
        due: Timestamp,
    },
    /// It is deleted.
    Delete {
        /// Tags of what belongs to the image, which go with it.
        along: Vec<Tag>,
    },
    /// Its grace is over, but one run does not delete that many tags of a repository.
    HoldBack,
    /// Its grace is over, but it stays.
    Keep(Kept),
    /// Somebody has moved it to another image: it is no longer the mirror's.
    LeaveAlone {
        /// What it names now.
        now: Digest,
    },
}

/// Why a tag stays though its grace is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// The target deletes manifests with all their tags, and this tag stays.
    Shared(Tag),
    /// So it does, and the manifest is part of the index that has this tag.
    ChildOf(Tag),
    /// So it does, and what has this tag refers to the manifest.
    SubjectOf(Tag),
    /// An image of the run failed at the same place.
    Unfinished,
    /// It was to go when the plan was made; now it is wanted again, or not the mirror's alone.
    Spared,
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shared(tag) => {
                write!(f, "the same manifest is {tag}, and the registry deletes both or none")
            }
            Self::ChildOf(tag) => write!(f, "its manifest is part of {tag}"),
            Self::SubjectOf(tag) => write!(f, "{tag} refers to its manifest"),
            Self::Unfinished => f.write_str("an image of the run failed there"),
            Self::Spared => f.write_str("it has been spared since the plan was made"),
        }
    }
}

/// A place where a mirror brought something and now wants nothing at all: that looks like a source that lost
/// its content, so nothing is touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unwanted {
    /// The place.
    pub place: String,
    /// How many tags it has that the mirror brought; `None` if it could not be asked.
    pub tags: Option<usize>,
}

impl fmt::Display for Unwanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nothing is wanted at {} any more: ", self.place)?;
        match self.tags {
            Some(1) => f.write_str("the tag that was brought there stays"),
            Some(tags) => write!(f, "the {tags} tags that were brought there stay"),
            None => f.write_str("what was brought there stays"),
        }
    }
}
