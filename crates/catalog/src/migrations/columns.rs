//! The kinds of columns, said once for every database.

use sea_orm::sea_query::{ColumnDef, IntoIden};

/// Bytes of the longest digest as stored.
const DIGEST_BYTES: u32 = 65;

/// Characters of a host; with [`REPOSITORY`] no more than a key may have in MySQL (3,072 bytes of four a
/// character).
pub(super) const HOST: u32 = 255;
/// Characters of a repository, a tag or a path.
pub(super) const REPOSITORY: u32 = 512;

/// Characters of a tag that shares its key with another name.
pub(super) const TAG: u32 = 128;

/// Characters of one of our own words.
pub(super) const WORD: u32 = 64;

/// A name: compared byte by byte, which is what SQLite does unless told otherwise.
pub(super) fn name(column: impl IntoIden, length: u32) -> ColumnDef {
    ColumnDef::new(column).string_len(length).not_null().take()
}

/// A digest: one byte for the algorithm, then the raw bytes.
pub(super) fn digest(column: impl IntoIden) -> ColumnDef {
    ColumnDef::new(column).var_binary(DIGEST_BYTES).not_null().take()
}

/// A time in microseconds since 1970, UTC.
pub(super) fn time(column: impl IntoIden) -> ColumnDef {
    ColumnDef::new(column).big_integer().not_null().take()
}

/// A reference to a row with a number of its own, or any other number.
pub(super) fn number(column: impl IntoIden) -> ColumnDef {
    ColumnDef::new(column).big_integer().not_null().take()
}
