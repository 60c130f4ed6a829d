//! Names of images: registry, repository, tag, digest (distribution-spec, "Pulling manifests"; the reference
//! grammar and the short names of Docker).
//!
//! Each part is a type of its own; [`Reference`] puts them together. The names of layouts and archives
//! (`oci:DIR`) are not here: they are places, not names in a registry.

mod error;
mod full;
mod registry;
mod repository;
mod tag;
mod text;

pub use error::ReferenceError;
pub use full::Reference;
pub use registry::Registry;
pub use repository::RepositoryName;
pub use tag::{Tag, TagOrDigest};
