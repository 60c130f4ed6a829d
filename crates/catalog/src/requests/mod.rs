//! Requests that are done once, however often they are sent: who sends them gives them keys.
//!
//! [`Requests`] is the handle; each file beside it has one operation. What is kept of an answer is sealed by whoever
//! gives it: here it is bytes.

mod answer;
mod begin;
mod expire;
mod handle;

pub use begin::{Attempt, BeginRequest};
pub use handle::Requests;
