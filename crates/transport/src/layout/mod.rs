//! The OCI image layout (image-spec, `image-layout.md`): a folder, and what archives share with it.
//!
//! ```text
//! DIR/oci-layout              {"imageLayoutVersion":"1.0.0"}; also the file that writers lock
//! DIR/index.json              the entry points; replaced atomically
//! DIR/blobs/<alg>/<hex>       manifests, configurations, layers; complete or not there
//! DIR/.uploads/<alg>-<hex>.*  blobs on their way in; gone when the last one has arrived
//! ```
//!
//! [`Contents`] reads any layout, whatever its [`Files`] lie in; [`LayoutRepository`] is the folder, which is
//! also written. Several processes may write to one folder at once.
//!
//! What stands in `index.json`: every tag; every manifest put by digest only, until an index that lists it is
//! put; every manifest with a `subject`, so that [`referrers`](crate::Source::referrers) finds it. Fields and
//! entries that are not understood are kept as they were written.
//!
//! Not here: tar archives (`archive`), which images are copied (`portolan-sync`).

mod blocking;
mod contents;
mod delete;
mod files;
mod folder;
mod free_space;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod index_edit;
mod index_json;
mod index_writer;
mod names;
mod prepare;
mod put_manifest;
mod read_file;
mod repository;
mod source;
mod target;
mod uploads;
mod write_file;

pub(crate) use blocking::{invalid, off_thread};
pub(crate) use contents::Contents;
pub(crate) use files::{Files, blob_path};
pub(crate) use index_edit::Edit;
pub(crate) use index_json::IndexJson;
pub(crate) use prepare::{MARKER, make_readable, must_be_version_1};
pub(crate) use put_manifest::{must_be_complete, outcome};
pub(crate) use read_file::{Extent, Reading, read_extents, stream_extents};
pub use repository::LayoutRepository;
pub(crate) use uploads::{must_fit, write_chunk, write_to_end};
pub(crate) use write_file::{GatheringWriter, Writing};
