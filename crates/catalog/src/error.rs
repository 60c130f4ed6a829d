//! What can go wrong with the database, by what a caller can do about it.

use std::error::Error;
use std::sync::Arc;

use sea_orm::{ConnAcquireErr, DbErr};

use crate::database::{self, Fault};

/// The error below a [`CatalogError`]. Shared, because one failed commit fails every write of its group.
pub type Cause = Arc<dyn Error + Send + Sync>;

/// Why the database did not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CatalogError {
    /// The database file or its folder cannot be made or opened.
    #[error("cannot open the database {location}")]
    Open {
        /// The database.
        location: String,
        /// What the system said.
        #[source]
        source: Cause,
    },
    /// A newer Portolan has changed the tables in a way that this one does not know.
    #[error(
        "the database {location} was last used by a newer Portolan (it has the change {migration:?}): \
         run that version or a later one, or name another database"
    )]
    Newer {
        /// The database.
        location: String,
        /// The first change of the tables that is unknown here.
        migration: String,
    },
    /// Others kept locked what this was about for longer than a write may wait.
    #[error("another process keeps the database locked")]
    Busy(#[source] Cause),
    /// The server does not answer, or breaks off. What was asked was not done.
    #[error("the database does not answer")]
    Unavailable(#[source] Cause),
    /// The server broke off when it was told to commit: what was asked may have been done. Asked once more, it
    /// answers as if it had not been.
    #[error("the database did not say whether it has committed")]
    Unanswered(#[source] Cause),
    /// The disk or the quota is full.
    #[error("no room is left for the database")]
    Full(#[source] Cause),
    /// What is stored cannot be read back.
    #[error("the database holds a {what} that cannot be read")]
    Damaged {
        /// What could not be read.
        what: &'static str,
        /// Why not.
        #[source]
        source: Cause,
    },
    /// A value has no place in its column.
    #[error("the {what} {value} cannot be stored")]
    OutOfRange {
        /// What it was to be.
        what: &'static str,
        /// The value.
        value: u64,
    },
    /// A name that MySQL would take for another.
    #[error("the {what} {name:?} cannot be kept in this database: it does not see the space at the end")]
    SpaceAtEnd {
        /// What it names.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// The catalogue was closed before this was done.
    #[error("the database is closed")]
    Closed,
    /// Any other failure of the database.
    #[error("the database failed")]
    Database(#[source] Cause),
}

impl CatalogError {
    /// Sorts an error of the database library.
    pub(crate) fn database(error: DbErr) -> Self {
        if matches!(error, DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)) {
            return Self::Closed;
        }
        let fault = database::fault(&error);
        let cause = database::cause(error);
        match fault {
            Some(Fault::Busy) => Self::Busy(cause),
            Some(Fault::Gone) => Self::Unavailable(cause),
            Some(Fault::Full) => Self::Full(cause),
            Some(Fault::Damaged) => Self::Damaged { what: "page", source: cause },
            None => Self::Database(cause),
        }
    }

    pub(crate) fn damaged(what: &'static str, error: impl Error + Send + Sync + 'static) -> Self {
        Self::Damaged { what, source: Arc::new(error) }
    }
}
