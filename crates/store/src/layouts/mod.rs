//! An OCI image layout of each repository, for tools that read folders
//! (image-spec, [Image Layout](https://github.com/opencontainers/image-spec/blob/v1.1.0/image-layout.md)).
//!
//! `layouts/<repository>/_layout` of the store's folder has `oci-layout`, `index.json` with the tags, and in `blobs`
//! what these need and nothing else: manifests as files, blobs as relative links to those of the store. It follows the
//! repository by its changes, a little later, and nothing of Portolan reads it: so nothing is flushed, and what is
//! lost is made again.

mod disk;
mod renew;
mod write;

pub use disk::DiskLayouts;
