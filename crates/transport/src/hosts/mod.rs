//! Everything that is known about a registry host before a request is sent: where it is, how its connection is
//! secured, whose credentials it gets, which mirrors stand in for it.
//!
//! The sources are the `registries:` section of the configuration, Docker's and Podman's credential files and
//! helpers, `certs.d` folders and `registries.conf`. [`Hosts`] answers from all of them; [`CredentialFile`]
//! writes what a login leaves behind.
//!
//! Not here: requests, and what is learnt from their answers.

mod access;
mod credentials;
mod environment;
mod error;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod known;
mod login;
mod profile;
mod registries_conf;
mod tls;

pub use credentials::{CredentialFile, Erased, Stored};
pub use environment::HostEnvironment;
pub use error::HostsError;
pub use known::{Hosts, HostsOptions};
pub use login::Login;
pub use profile::{HostEndpoint, HostProfile, Reads, Scheme};
