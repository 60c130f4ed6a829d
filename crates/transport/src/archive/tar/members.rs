//! The members that were found.

use std::collections::HashMap;

use super::{TarError, path};
use crate::layout::Extent;

/// How many members an archive may have: enough for tens of thousands of images.
const MEMBERS: usize = 262_144;

/// How many bytes of names and how many pieces of sparse files it may have.
const NAMES: usize = 64 * 1024 * 1024;
const PIECES: usize = 1_048_576;

/// How many links are followed from one to the next.
const HOPS: usize = 16;

/// What is known of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Member {
    File(Vec<Extent>),
    /// Another name of a member.
    Link(String),
}

/// Files and links by their path. A later member of the same path replaces the earlier one, as it does when
/// an archive is unpacked.
#[derive(Debug, Default)]
pub(crate) struct Members {
    members: HashMap<String, Member>,
    names: usize,
    pieces: usize,
}

impl Members {
    pub(super) fn add_file(&mut self, name: &str, extents: Vec<Extent>) -> Result<(), TarError> {
        self.pieces += extents.len();
        if self.pieces > PIECES {
            return Err(TarError::TooMany("pieces in sparse files"));
        }
        self.add(name, Member::File(extents))
    }

    pub(super) fn add_symbolic_link(&mut self, name: &str, to: &str) -> Result<(), TarError> {
        match path::member(name).and_then(|from| path::link_target(&from, to)) {
            Some(target) => self.add(name, Member::Link(target)),
            None => Ok(()),
        }
    }

    pub(super) fn add_hard_link(&mut self, name: &str, to: &str) -> Result<(), TarError> {
        match path::member(to) {
            Some(target) => self.add(name, Member::Link(target)),
            None => Ok(()),
        }
    }

    /// Members whose path leads out of the archive do not exist for us.
    fn add(&mut self, name: &str, member: Member) -> Result<(), TarError> {
        let Some(path) = path::member(name) else { return Ok(()) };
        self.names += path.len();
        if let Member::Link(target) = &member {
            self.names += target.len();
        }
        if self.names > NAMES {
            return Err(TarError::TooMany("long names"));
        }
        self.members.insert(path, member);
        if self.members.len() > MEMBERS {
            return Err(TarError::TooMany("members"));
        }
        Ok(())
    }

    /// Where the bytes of a file are, through links if need be; `None` if there is no such file.
    pub(crate) fn file(&self, path: &str) -> Option<&[Extent]> {
        let mut path = path::member(path)?;
        for _ in 0..HOPS {
            match self.members.get(&path)? {
                Member::File(extents) => return Some(extents),
                Member::Link(target) => path.clone_from(target),
            }
        }
        None
    }

    /// The paths of all files and links.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }
}
