//! Docker's registry (Debian package `docker-registry`, 2.8) as a real peer on a free loopback port.
//!
//! With `PORTOLAN_TEST_REGISTRY=/path/to/portolan` the registry of that program stands in wherever a test asks for a
//! plain one: so the tests that were written for Docker's run against our own too.
//!
//! What speaks to it is elsewhere: [`crate::client`] for the test support itself, the crates under test, and
//! the programs of [`crate::reader`].

mod builder;
mod config;
mod running;

pub use builder::{RegistryBuilder, is_ours};
pub use running::Registry;
