//! Who asks, and what he may do.
//!
//! Not here: how a door says no (each has its own words for it).

mod action;
mod caller;
mod this_machine;

pub use action::Action;
pub use caller::Caller;
pub use this_machine::this_machine;
