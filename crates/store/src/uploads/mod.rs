//! Upload sessions: bytes that come in one request or in many, and become a blob when they are proven.
//!
//! A session of which no byte has come is in memory only. What came is written down in the catalogue when a
//! request ends that is not the last one, when a sender breaks off, and often enough that no more than 16 MiB are
//! lost with a process: from there any process goes on. One request at a time appends. A session is its
//! repository's and its owner's.
//!
//! Not here: the files (`backend`), the rows (`portolan-catalog`, subject `content`).

mod append;
mod begin;
mod cancel;
mod finish;
mod gather;
mod keep;
mod open;
mod receive;
mod resume;
mod saving;
mod session;

pub use begin::Upload;
pub use gather::{Incoming, Sent};
pub use session::Proof;

pub(crate) use open::Uploads;
