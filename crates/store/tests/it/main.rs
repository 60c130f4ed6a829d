//! The store through its public face.

#![expect(clippy::unwrap_used, reason = "a helper ends the test where something is not as expected")]

mod backends;
mod disk;
mod power;
mod records;
