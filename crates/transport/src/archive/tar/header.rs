//! One header block.

use super::sparse::Piece;
use super::{BLOCK_LEN, TarError};

/// A header block as read.
pub(super) struct Block<'a> {
    bytes: &'a [u8; BLOCK_LEN],
    at: u64,
}

/// What follows a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    HardLink,
    SymbolicLink,
    /// Old GNU sparse file.
    Sparse,
    /// The name of the next member.
    LongName,
    /// The link target of the next member.
    LongLink,
    /// Fields of the next member.
    Pax,
    /// Folders and devices: a header alone, whatever size it says.
    NoData,
    /// Fields for all members, and what is not known: passed over.
    Other,
}

impl Kind {
    /// Whether the size in the header is that of data behind it.
    pub(super) fn has_data(self) -> bool {
        !matches!(self, Self::HardLink | Self::SymbolicLink | Self::NoData)
    }
}

impl<'a> Block<'a> {
    /// Checks that this is a header.
    pub(super) fn read(bytes: &'a [u8; BLOCK_LEN], at: u64) -> Result<Self, TarError> {
        let block = Self { bytes, at };
        let said = block.number(148, 8)?;
        let summed = |byte: fn(u8) -> i64| -> i64 {
            let all: i64 = bytes.iter().map(|b| byte(*b)).sum();
            let own: i64 = block.field(148, 8).iter().map(|b| byte(*b)).sum();
            all - own + 8 * i64::from(b' ')
        };
        let fits = |sum: i64| u64::try_from(sum) == Ok(said);
        // Some old programs added signed bytes.
        if fits(summed(i64::from)) || fits(summed(|b| i64::from(b.cast_signed()))) {
            Ok(block)
        } else {
            Err(block.bad("its check sum is wrong"))
        }
    }

    /// A block that extends a header and has no check sum of its own.
    pub(super) fn unchecked(bytes: &'a [u8; BLOCK_LEN], at: u64) -> Self {
        Self { bytes, at }
    }

    fn bad(&self, reason: &'static str) -> TarError {
        TarError::Header { at: self.at, reason }
    }

    fn field(&self, start: usize, len: usize) -> &'a [u8] {
        self.bytes.get(start..start + len).unwrap_or_default()
    }

    /// A number in octal digits, or in base 256 if the first bit is set.
    pub(super) fn number(&self, start: usize, len: usize) -> Result<u64, TarError> {
        let field = self.field(start, len);
        match field.split_first() {
            Some((first, rest)) if first & 0x80 != 0 => rest
                .iter()
                .try_fold(u64::from(first & 0x7f), |value, byte| {
                    value.checked_mul(256)?.checked_add(u64::from(*byte))
                })
                .ok_or_else(|| self.bad("a number is too large")),
            _ => octal(field).ok_or_else(|| self.bad("a number is malformed")),
        }
    }

    pub(super) fn kind(&self) -> Kind {
        match self.field(156, 1) {
            b"0" | b"\0" | b"7" => Kind::File,
            b"1" => Kind::HardLink,
            b"2" => Kind::SymbolicLink,
            b"S" => Kind::Sparse,
            b"L" => Kind::LongName,
            b"K" => Kind::LongLink,
            b"x" => Kind::Pax,
            b"3" | b"4" | b"5" | b"6" => Kind::NoData,
            _ => Kind::Other,
        }
    }

    /// Whether a byte is set.
    pub(super) fn flag(&self, at: usize) -> bool {
        self.field(at, 1) != [0]
    }

    /// Up to `count` pieces of a sparse file; the first empty one ends the list.
    pub(super) fn sparse_pieces(&self, start: usize, count: usize) -> Result<Vec<Piece>, TarError> {
        (0..count)
            .map(|number| start + number * 24)
            .take_while(|at| self.flag(*at))
            .map(|at| Ok((self.number(at, 12)?, self.number(at + 12, 12)?)))
            .collect()
    }

    /// How many bytes of data follow.
    pub(super) fn size(&self) -> Result<u64, TarError> {
        self.number(124, 12)
    }

    /// The name, with the prefix that POSIX archives have.
    pub(super) fn name(&self) -> String {
        let name = text(self.field(0, 100));
        let prefix = text(self.field(345, 155));
        if self.field(257, 6) == b"ustar\0" && !prefix.is_empty() { format!("{prefix}/{name}") } else { name }
    }

    pub(super) fn link(&self) -> String {
        text(self.field(157, 100))
    }
}

/// Octal digits between blanks and zero bytes; nothing at all is zero.
fn octal(field: &[u8]) -> Option<u64> {
    let field = field.split(|b| *b == 0).next().unwrap_or_default();
    std::str::from_utf8(field)
        .ok()
        .map(str::trim)
        .and_then(|digits| if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() })
}

/// The text up to the first zero byte. Names that are not UTF-8 are of no use here, and harmless.
pub(super) fn text(field: &[u8]) -> String {
    String::from_utf8_lossy(field.split(|b| *b == 0).next().unwrap_or_default()).into_owned()
}
