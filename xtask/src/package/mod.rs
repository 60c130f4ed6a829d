//! What is given away: a Debian package, an RPM, container images; and the test that installs one of them.
//!
//! What goes into the packages is said once for each, in `crates/cli/Cargo.toml`; the files themselves lie in
//! `packaging`, and those that are made (`staging`) in `target/package`.

mod debian;
mod error;
mod images;
mod rpm;
mod staging;
mod tools;

pub(crate) use debian::{assemble, debian};
pub(crate) use error::PackageError;
pub(crate) use images::image;
pub(crate) use rpm::rpm;
pub(crate) use staging::{Build, FOLDER, stage};
