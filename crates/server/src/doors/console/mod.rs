//! The console at `/`: a page that says how things stand, for people. It is made anew for each request, needs no
//! script, and changes nothing.
//!
//! `status` gathers what there is to say, `page` says it.

mod door;
mod page;
mod status;
#[cfg(test)]
mod tests;

pub use door::ConsoleDoor;
pub use status::Subject;
