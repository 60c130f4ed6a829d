//! The kinds of columns and tables, said once for every database.
//!
//! What SQLite gets here must not change: its files are out in the world.

use sea_orm::DbBackend;
use sea_orm::sea_query::{Alias, ColumnDef, IntoIden, IntoTableRef, Table, TableCreateStatement};

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

/// Characters of the name of a lock: one of our words, and the name of what is locked.
pub(super) const LOCK: u32 = 300;

/// A table to be made unless it is there. MySQL compares by what a table says: here by bytes, in every name.
pub(super) fn table(backend: DbBackend, name: impl IntoTableRef) -> TableCreateStatement {
    let mut table = Table::create().table(name).if_not_exists().take();
    if backend == DbBackend::MySql {
        table.engine("InnoDB").character_set("utf8mb4").collate("utf8mb4_bin");
    }
    table
}

/// Lets the primary key be the table, where the database does not do so anyway: without it each narrow row
/// would be kept twice.
pub(super) fn keyed(mut table: TableCreateStatement, backend: DbBackend) -> TableCreateStatement {
    if backend == DbBackend::Sqlite {
        table.extra("WITHOUT ROWID");
    }
    table
}

/// The number that the database gives a row.
pub(super) fn id(column: impl IntoIden) -> ColumnDef {
    ColumnDef::new(column).big_integer().not_null().auto_increment().primary_key().take()
}

/// A name: compared byte by byte, which is what SQLite does unless told otherwise.
pub(super) fn name(backend: DbBackend, column: impl IntoIden, length: u32) -> ColumnDef {
    by_bytes(backend, ColumnDef::new(column).string_len(length).take()).not_null().take()
}

/// A name, or nothing.
pub(super) fn name_or_null(backend: DbBackend, column: impl IntoIden, length: u32) -> ColumnDef {
    by_bytes(backend, ColumnDef::new(column).string_len(length).take()).null().take()
}

/// A text of any length, up to megabytes.
pub(super) fn text(backend: DbBackend, column: impl IntoIden) -> ColumnDef {
    let mut text = ColumnDef::new(column);
    match backend {
        // What it calls `text` ends at 64 KiB.
        DbBackend::MySql => text.custom(Alias::new("mediumtext")),
        _ => text.text(),
    };
    by_bytes(backend, text).not_null().take()
}

/// Bytes of any number, up to megabytes.
pub(super) fn bytes(backend: DbBackend, column: impl IntoIden) -> ColumnDef {
    of_bytes(backend, ColumnDef::new(column)).not_null().take()
}

/// The same, or nothing.
pub(super) fn bytes_or_null(backend: DbBackend, column: impl IntoIden) -> ColumnDef {
    of_bytes(backend, ColumnDef::new(column)).null().take()
}

fn of_bytes(backend: DbBackend, mut bytes: ColumnDef) -> ColumnDef {
    match backend {
        // What it calls `blob` ends at 64 KiB.
        DbBackend::MySql => bytes.custom(Alias::new("longblob")),
        _ => bytes.blob(),
    };
    bytes
}

/// A text, or nothing.
pub(super) fn text_or_null(backend: DbBackend, column: impl IntoIden) -> ColumnDef {
    let mut text = ColumnDef::new(column);
    match backend {
        DbBackend::MySql => text.custom(Alias::new("mediumtext")),
        _ => text.text(),
    };
    by_bytes(backend, text).null().take()
}

/// A digest: one byte for the algorithm, then the raw bytes.
pub(super) fn digest(column: impl IntoIden) -> ColumnDef {
    ColumnDef::new(column).var_binary(DIGEST_BYTES).not_null().take()
}

/// A digest, or nothing.
pub(super) fn digest_or_null(column: impl IntoIden) -> ColumnDef {
    ColumnDef::new(column).var_binary(DIGEST_BYTES).null().take()
}

/// A time in microseconds since 1970, UTC.
pub(super) fn time(column: impl IntoIden) -> ColumnDef {
    ColumnDef::new(column).big_integer().not_null().take()
}

/// A time, or nothing.
pub(super) fn time_or_null(column: impl IntoIden) -> ColumnDef {
    ColumnDef::new(column).big_integer().null().take()
}

/// A reference to a row with a number of its own, or any other number.
pub(super) fn number(column: impl IntoIden) -> ColumnDef {
    ColumnDef::new(column).big_integer().not_null().take()
}

/// A number, or nothing.
pub(super) fn number_or_null(column: impl IntoIden) -> ColumnDef {
    ColumnDef::new(column).big_integer().null().take()
}

/// PostgreSQL compares as the database was told to when it was made, unless the column says otherwise.
fn by_bytes(backend: DbBackend, mut column: ColumnDef) -> ColumnDef {
    if backend == DbBackend::Postgres {
        column.extra("COLLATE \"C\"");
    }
    column
}
