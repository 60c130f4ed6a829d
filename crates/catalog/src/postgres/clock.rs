//! The clock of PostgreSQL.

/// `now()` would be the time when the transaction began, before it waited for a lock.
pub(crate) const NOW: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS bigint)";
