//! Images in tar archives: `oci-archive` (a tar of an OCI layout) and `docker-archive` (as `docker save`
//! writes it).
//!
//! Reading: the headers are read once, then the archive is a layout whose blobs lie at known places of the
//! file; nothing is unpacked to the disk, and no path of a member is ever used as a path. An archive that is
//! compressed as a whole (gzip, zstd) is unpacked to a temporary file first (in `TMPDIR`).
//!
//! Writing: into a file beside the one that was named, which gets its name when it is whole and durable. An
//! archive that exists already is not changed.
//!
//! Not here: how a layout is understood (`layout`), compressing or converting images.

mod docker;
mod oci;
mod open;
mod place_file;
mod source;
mod stored;
pub(crate) mod tar;

pub use docker::DockerArchiveWriter;
pub use oci::OciArchiveWriter;
pub use source::Archive;
