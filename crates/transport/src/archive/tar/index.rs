//! Reading the headers of an archive, without its data.

use std::io::{Read, Seek, SeekFrom};

use super::header::{Block, Kind, text};
use super::members::Members;
use super::pax::Pax;
use super::sparse::{self, MapState, Piece};
use super::{BLOCK, BLOCK_LEN, TarError};
use crate::layout::Extent;

/// How long a header that stands in the data of another may be: pax records, long names.
const EXTRA: u64 = 1024 * 1024;

/// How many sparse pieces stand in a header, and in each block that extends it.
const OLD_SPARSE: (usize, usize) = (4, 21);

/// Where everything in an archive is.
pub(crate) struct TarIndex;

/// What headers of their own have said about the next member.
#[derive(Default)]
struct Ahead {
    name: Option<String>,
    link: Option<String>,
    pax: Pax,
}

struct Walk<R> {
    reader: R,
    len: u64,
    at: u64,
    members: Members,
}

impl TarIndex {
    /// Reads all headers of an archive.
    ///
    /// # Errors
    /// See [`TarError`]. An archive that ends at the end of a member, without the zeros that mark the end, is
    /// whole.
    pub(crate) fn read<R: Read + Seek>(mut reader: R) -> Result<Members, TarError> {
        let len = reader.seek(SeekFrom::End(0))?;
        let mut walk = Walk { reader, len, at: 0, members: Members::default() };
        let mut ahead = Ahead::default();
        while let Some(bytes) = walk.header()? {
            ahead = walk.member(&Block::read(&bytes, walk.at)?, ahead)?;
        }
        Ok(walk.members)
    }
}

impl<R: Read + Seek> Walk<R> {
    /// The next header block; `None` at the end.
    fn header(&mut self) -> Result<Option<[u8; BLOCK_LEN]>, TarError> {
        if self.at == self.len {
            return Ok(None);
        }
        let bytes = self.block(self.at)?;
        Ok((bytes != [0; BLOCK_LEN]).then_some(bytes))
    }

    fn block(&mut self, at: u64) -> Result<[u8; BLOCK_LEN], TarError> {
        if self.len.checked_sub(at).is_none_or(|left| left < BLOCK) {
            return Err(TarError::CutOff { at: self.at });
        }
        let mut bytes = [0; BLOCK_LEN];
        self.reader.seek(SeekFrom::Start(at))?;
        self.reader.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// The data of a header that describes the next member.
    fn extra(&mut self, size: u64) -> Result<Vec<u8>, TarError> {
        if size > EXTRA {
            return Err(TarError::TooMany("bytes in one header"));
        }
        let mut bytes = Vec::new();
        self.reader.seek(SeekFrom::Start(self.at + BLOCK))?;
        self.reader.by_ref().take(size).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Takes one member or description and moves behind it.
    fn member(&mut self, block: &Block<'_>, mut ahead: Ahead) -> Result<Ahead, TarError> {
        let kind = block.kind();
        let describes = matches!(kind, Kind::Pax | Kind::LongName | Kind::LongLink);
        let size = match ahead.pax.number("size") {
            Some(size) if !describes => size,
            _ if kind.has_data() => block.size()?,
            _ => 0,
        };
        let mut end = self.end(size)?;
        match kind {
            Kind::Pax => ahead.pax = Pax::parse(&self.extra(size)?),
            Kind::LongName => ahead.name = Some(text(&self.extra(size)?)),
            Kind::LongLink => ahead.link = Some(text(&self.extra(size)?)),
            Kind::File => {
                let extents = self.file(&ahead.pax, self.at + BLOCK, size)?;
                let name = ahead.pax.get("GNU.sparse.name").map(str::to_owned);
                self.members.add_file(&name.unwrap_or_else(|| ahead.name(block)), extents)?;
            }
            Kind::Sparse => {
                let (extents, extended) = self.old_sparse(block, size)?;
                end = self.end(size.saturating_add(extended))?;
                self.members.add_file(&ahead.name(block), extents)?;
            }
            Kind::SymbolicLink => self.members.add_symbolic_link(&ahead.name(block), &ahead.link(block))?,
            Kind::HardLink => self.members.add_hard_link(&ahead.name(block), &ahead.link(block))?,
            Kind::NoData | Kind::Other => {}
        }
        self.at = end;
        Ok(if describes { ahead } else { Ahead::default() })
    }

    /// Where the next header is if data of this size follow the present one. The padding of the last member
    /// may be missing.
    fn end(&self, size: u64) -> Result<u64, TarError> {
        let end = (self.at + BLOCK).checked_add(size).filter(|end| *end <= self.len);
        let end = end.ok_or(TarError::CutOff { at: self.at })?;
        Ok(end.checked_next_multiple_of(BLOCK).unwrap_or(end).min(self.len))
    }

    /// Where the bytes of an ordinary file are; pax can make it a sparse one.
    fn file(&mut self, pax: &Pax, data: u64, size: u64) -> Result<Vec<Extent>, TarError> {
        let extents = if let Some(real) = sparse::pax_1(pax) {
            let (pieces, map_len) = self.sparse_map(data, size)?;
            sparse::extents(&pieces, real, data + map_len, size - map_len)
        } else if let Some((pieces, real)) = sparse::pax_0(pax) {
            sparse::extents(&pieces, real, data, size)
        } else if size == 0 {
            Some(Vec::new())
        } else {
            Some(vec![Extent::Data { at: data, len: size }])
        };
        extents.ok_or_else(|| self.bad_map())
    }

    fn bad_map(&self) -> TarError {
        TarError::Header { at: self.at, reason: "its sparse map is wrong" }
    }

    /// The list of pieces at the start of the data, and how long it is.
    fn sparse_map(&mut self, data: u64, size: u64) -> Result<(Vec<Piece>, u64), TarError> {
        let mut map = sparse::Map::default();
        let mut read = 0;
        while read + BLOCK <= size {
            let block = self.block(data + read)?;
            read += BLOCK;
            match map.push(&block).ok_or_else(|| self.bad_map())? {
                MapState::Complete(pieces) => return Ok((pieces, read)),
                MapState::More => {}
            }
        }
        Err(self.bad_map())
    }

    /// A sparse file as GNU tar wrote it once: the pieces stand in the header, and in further blocks between
    /// the header and the data. Also says how long those are.
    fn old_sparse(&mut self, block: &Block<'_>, stored: u64) -> Result<(Vec<Extent>, u64), TarError> {
        let mut pieces = block.sparse_pieces(386, OLD_SPARSE.0)?;
        let mut more = block.flag(482);
        let mut extended = 0;
        while more {
            extended += BLOCK;
            if extended > EXTRA {
                return Err(TarError::TooMany("pieces in a sparse file"));
            }
            let bytes = self.block(self.at + extended)?;
            let next = Block::unchecked(&bytes, self.at + extended);
            pieces.extend(next.sparse_pieces(0, OLD_SPARSE.1)?);
            more = next.flag(504);
        }
        let data = self.at + BLOCK + extended;
        let extents = sparse::extents(&pieces, block.number(483, 12)?, data, stored);
        Ok((extents.ok_or_else(|| self.bad_map())?, extended))
    }
}

impl Ahead {
    fn name(&self, block: &Block<'_>) -> String {
        let said = self.pax.get("path").or(self.name.as_deref());
        said.map_or_else(|| block.name(), str::to_owned)
    }

    fn link(&self, block: &Block<'_>) -> String {
        let said = self.pax.get("linkpath").or(self.link.as_deref());
        said.map_or_else(|| block.link(), str::to_owned)
    }
}
