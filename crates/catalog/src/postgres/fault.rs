//! PostgreSQL's error codes (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).

use crate::database::Fault;

/// Sorts an error by its code.
pub(crate) fn fault(code: &str) -> Option<Fault> {
    match code {
        // serialization_failure, deadlock_detected, lock_not_available
        "40001" | "40P01" | "55P03" => Some(Fault::Busy),
        // admin_shutdown, crash_shutdown, cannot_connect_now, too_many_connections,
        // idle_in_transaction_session_timeout
        "57P01" | "57P02" | "57P03" | "53300" | "25P03" => Some(Fault::Gone),
        _ if code.starts_with("08") => Some(Fault::Gone),
        // disk_full
        "53100" => Some(Fault::Full),
        // data_corrupted, index_corrupted
        "XX001" | "XX002" => Some(Fault::Damaged),
        _ => None,
    }
}
