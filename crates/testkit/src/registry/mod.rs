//! Docker's registry (Debian package `docker-registry`, 2.8) as a real peer on a free loopback port.
//!
//! What speaks to it is elsewhere: [`crate::client`] for the test support itself, the crates under test, and
//! the programs of [`crate::reader`].

mod builder;
mod config;
mod running;

pub use builder::RegistryBuilder;
pub use running::Registry;
