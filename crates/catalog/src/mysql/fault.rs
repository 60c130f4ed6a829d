//! MySQL's and MariaDB's error numbers (<https://mariadb.com/kb/en/mariadb-error-code-reference/>).

use crate::database::Fault;

/// Sorts an error by its number.
pub(crate) fn fault(number: u16) -> Option<Fault> {
    match number {
        // ER_LOCK_WAIT_TIMEOUT, ER_LOCK_DEADLOCK, ER_CHECKREAD (MariaDB: the row was changed meanwhile)
        1205 | 1213 | 1020 => Some(Fault::Busy),
        // ER_CON_COUNT_ERROR, ER_SERVER_SHUTDOWN, ER_NEW_ABORTING_CONNECTION, ER_CONNECTION_KILLED, and the
        // client's own
        1040 | 1053 | 1184 | 1927 | 2006 | 2013 => Some(Fault::Gone),
        // ER_DISK_FULL, ER_RECORD_FILE_FULL
        1021 | 1114 => Some(Fault::Full),
        // ER_NOT_KEYFILE, ER_CRASHED_ON_USAGE
        1034 | 1194 => Some(Fault::Damaged),
        _ => None,
    }
}
