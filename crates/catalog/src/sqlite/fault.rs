//! SQLite's result codes (<https://www.sqlite.org/rescode.html>).

use crate::database::Fault;

/// Sorts an error by its primary result code.
pub(crate) fn fault(extended: u32) -> Option<Fault> {
    match extended & 0xff {
        5 | 6 => Some(Fault::Busy),
        11 | 26 => Some(Fault::Damaged),
        13 => Some(Fault::Full),
        _ => None,
    }
}
