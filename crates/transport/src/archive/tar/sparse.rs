//! Sparse members: which bytes of them are in the archive, and where they have holes.

use super::pax::Pax;
use crate::layout::Extent;

/// How many pieces a member may have.
const PIECES: usize = 65_536;

/// A piece of data of a sparse member: where it lies in the member, and its length.
pub(super) type Piece = (u64, u64);

/// The pieces and the size that the pax formats 0.0 and 0.1 say.
pub(super) fn pax_0(pax: &Pax) -> Option<(Vec<Piece>, u64)> {
    let size = pax.number("GNU.sparse.size")?;
    let numbers: Vec<u64> = match pax.get("GNU.sparse.map") {
        Some(map) => map.split(',').map_while(|number| number.parse().ok()).collect(),
        None => pax
            .records()
            .filter(|(key, _)| ["GNU.sparse.offset", "GNU.sparse.numbytes"].contains(key))
            .map_while(|(_, value)| value.parse().ok())
            .collect(),
    };
    Some((pairs(&numbers), size))
}

/// The size that the pax format 1.0 says, whose pieces are listed before the data.
pub(super) fn pax_1(pax: &Pax) -> Option<u64> {
    (pax.number("GNU.sparse.major")? == 1).then(|| pax.number("GNU.sparse.realsize"))?
}

/// Reads the list of pieces that precedes the data in the pax format 1.0, block by block: a count, then
/// offsets and lengths, a line each.
#[derive(Default)]
pub(super) struct Map {
    /// The number whose line has not ended yet.
    number: Option<u64>,
    count: Option<u64>,
    numbers: Vec<u64>,
}

impl Map {
    /// Takes the next block; the pieces, once they are complete. `None` if it is no such list.
    pub(super) fn push(&mut self, block: &[u8]) -> Option<MapState> {
        for byte in block {
            match byte {
                b'0'..=b'9' => {
                    let digit = u64::from(byte - b'0');
                    self.number = Some(self.number.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
                }
                b'\n' => {
                    let number = self.number.take()?;
                    match self.count {
                        None => self.count = Some(number).filter(|count| *count <= PIECES as u64),
                        Some(_) => self.numbers.push(number),
                    }
                    if self.numbers.len() as u64 == self.count? * 2 {
                        return Some(MapState::Complete(pairs(&self.numbers)));
                    }
                }
                _ => return None,
            }
        }
        Some(MapState::More)
    }
}

/// How far a list of pieces has been read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum MapState {
    Complete(Vec<Piece>),
    More,
}

pub(super) fn pairs(numbers: &[u64]) -> Vec<Piece> {
    numbers.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect()
}

/// The extents of a sparse member whose data begin at `at` and are `stored` bytes long; `None` if the pieces
/// overlap or do not fit the data.
pub(super) fn extents(pieces: &[Piece], size: u64, mut at: u64, stored: u64) -> Option<Vec<Extent>> {
    let end = at.checked_add(stored)?;
    let mut extents = Vec::new();
    let mut position = 0_u64;
    for (offset, len) in pieces.iter().copied() {
        let hole = offset.checked_sub(position)?;
        if hole > 0 {
            extents.push(Extent::Hole { len: hole });
        }
        if len > 0 {
            extents.push(Extent::Data { at, len });
        }
        position = offset.checked_add(len)?;
        at = at.checked_add(len)?;
    }
    let rest = size.checked_sub(position)?;
    if rest > 0 {
        extents.push(Extent::Hole { len: rest });
    }
    (at <= end && pieces.len() <= PIECES).then_some(extents)
}
