//! What must hold for files of other programs.

pub use super::credentials::fuzzing::credential_file;
pub use super::registries_conf::fuzzing::registries_conf;
