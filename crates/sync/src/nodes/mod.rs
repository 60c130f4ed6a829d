//! This process as one of several that share a catalogue.
//!
//! A [`Member`] has a row there, which it renews, and knows how many others live; [`Company`] is what that means for runs
//! of mirrors. How work is given to others is in [`mirror`](crate::mirror).

mod company;
mod member;
mod tally;

pub use company::Company;
pub use member::Member;
pub use tally::TaskTally;
