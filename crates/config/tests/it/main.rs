//! Configurations from files and environments, as the program loads them: what they mean, what is said when
//! they are wrong, and what is never said.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a helper ends the test where something is not as expected"
)]

mod faults;
mod load;
mod pages;
mod secrets;
mod show;
mod variables;
mod world;
