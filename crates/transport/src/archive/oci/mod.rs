//! Tar archives of an OCI layout (`oci-archive:`).

mod close;
mod partial;
mod read;
mod regions;
mod target;

pub(super) use read::{digest_of, read};
pub use target::OciArchiveWriter;
