//! Bodies on the line, both ways: they are handed on as they come, without a copy, and a connection that
//! stands still is noticed.

mod incoming;
mod outgoing;

pub(super) use incoming::Incoming;
pub(super) use outgoing::{Outgoing, Progress};
