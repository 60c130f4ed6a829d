//! `registries.conf` of Podman and skopeo (containers-registries.conf(5), version 2): which registries are
//! blocked, insecure, found elsewhere or mirrored. Short names and `credential-helpers` are not looked at.

mod format;
#[cfg(any(test, feature = "fuzzing"))]
pub(super) mod fuzzing;
mod load;
mod rule;

pub(super) use load::RegistriesConf;
pub(super) use rule::Place;
