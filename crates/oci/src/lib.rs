//! The words of the OCI specifications as types: references, digests, descriptors, manifests.
//!
//! What lives here is pure: parsing, printing, hashing. Nothing opens a file or a connection. Every type
//! parses with [`FromStr`](std::str::FromStr) and prints as it was written, so that a value that exists is
//! a value that is valid. Manifests are carried as the bytes received ([`RawManifest`]); the parsed form is
//! for reading only and is never written back.
//!
//! Not here: how a registry is asked (`portolan-transport`), what is stored where (`portolan-catalog`).

mod bounded;
mod causes;
mod descriptor;
mod digest;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod hashing;
mod image_config;
mod manifest;
mod media_type;
mod platform;
mod raw_manifest;
mod reference;
mod verifier;

pub use causes::with_causes;
pub use descriptor::{Annotations, Descriptor, annotation};
pub use digest::{Algorithm, Digest, DigestError};
pub use hashing::{Hashing, HashingState, Verified, VerifyError};
pub use image_config::{Execution, ImageConfig, RootFs};
pub use manifest::{ImageManifest, Index, Manifest, ManifestError};
pub use media_type::{MediaKind, MediaType, MediaTypeError};
pub use platform::{Platform, PlatformError};
pub use raw_manifest::{MAX_MANIFEST_BYTES, RawManifest, RawManifestError};
pub use reference::{Reference, ReferenceError, Registry, RepositoryName, Tag, TagOrDigest};
pub use verifier::{Verifier, VerifierState};
