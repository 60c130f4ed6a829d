//! Tar archives as `docker save` writes them (`docker-archive:`): a `manifest.json` that names a
//! configuration and uncompressed layers.

mod image;
mod manifest_json;
mod read;
mod select;
mod target;
mod write;

pub(super) use read::read;
pub use target::DockerArchiveWriter;
