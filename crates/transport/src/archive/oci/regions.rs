//! Where members lie in an archive that is being written.
//!
//! The size of a blob is known before its bytes, so each one gets its place at once and several are written
//! at the same time. What is given up leaves a gap, which is used again or closed at the end.

use std::sync::Arc;

use crate::archive::tar::{BLOCK, header_for};

/// The place of one member: header, content, padding.
#[derive(Debug, Clone)]
pub(super) struct Region {
    pub(super) start: u64,
    /// The header blocks.
    pub(super) header: Vec<u8>,
    /// How long the content is.
    pub(super) size: u64,
    /// Every write under way holds it too, so that it is known when the last one has ended.
    pub(super) held: Arc<()>,
}

impl Region {
    /// A member of this path and size, not placed yet.
    pub(super) fn new(path: &str, size: u64) -> Self {
        Self { start: 0, header: header_for(path, size), size, held: Arc::default() }
    }

    /// Where the content begins.
    pub(super) fn data(&self) -> u64 {
        self.start + self.header.len() as u64
    }

    /// How long all of it is.
    pub(super) fn len(&self) -> u64 {
        self.header.len() as u64 + self.size.next_multiple_of(BLOCK)
    }

    pub(super) fn end(&self) -> u64 {
        self.start + self.len()
    }

    /// Whether a write is under way that somebody has begun and does not wait for any more.
    pub(super) fn is_busy(&self) -> bool {
        Arc::strong_count(&self.held) > 1
    }
}

/// Gives places out.
#[derive(Debug, Default)]
pub(super) struct Regions {
    end: u64,
    given_up: Vec<Region>,
}

impl Regions {
    /// Places a member: in a gap of its length that nobody writes to any more, else at the end.
    pub(super) fn place(&mut self, mut region: Region) -> Region {
        let fits = |gap: &Region| gap.len() == region.len() && !gap.is_busy();
        region.start = match self.given_up.iter().position(fits) {
            Some(gap) => self.given_up.swap_remove(gap).start,
            None => self.end,
        };
        self.end = self.end.max(region.end());
        region
    }

    /// Takes a place back.
    pub(super) fn give_up(&mut self, region: Region) {
        self.given_up.push(region);
    }

    /// Whether a write into a gap is still under way.
    pub(super) fn is_busy(&self) -> bool {
        self.given_up.iter().any(Region::is_busy)
    }
}
