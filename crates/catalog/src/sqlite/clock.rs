//! The clock of SQLite: that of this host, in milliseconds.

pub(crate) const NOW: &str = "SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER)";
