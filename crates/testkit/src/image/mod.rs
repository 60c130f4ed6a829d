//! Generated content: blobs, layers, and image trees whose bytes depend on nothing but a seed.
//!
//! Which images there are is decided in [`crate::zoo`] and [`crate::workload`].

mod blob;
mod build;
mod generate;
mod layer;
mod tar;
mod tree;

pub use blob::{Blob, Content};
pub use build::{Flavour, Image};
pub use generate::Generated;
pub use layer::Layer;
pub use tree::{Tree, index_of, manifest_of};

/// Media types, spelled out here once more so that a misspelling in the code under test is seen.
pub mod media {
    #![expect(missing_docs, reason = "each name says what it names")]
    pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
    pub const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
    pub const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
    pub const OCI_EMPTY: &str = "application/vnd.oci.empty.v1+json";
    pub const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
    pub const OCI_LAYER_GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
    pub const OCI_LAYER_ZSTD: &str = "application/vnd.oci.image.layer.v1.tar+zstd";
    pub const OCI_FOREIGN: &str = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
    pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
    pub const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
    pub const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";
    pub const DOCKER_LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";
    pub const DOCKER_FOREIGN: &str = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
}
