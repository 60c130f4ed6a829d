//! A repository of the store as a place that images are copied from and to, without going over HTTP.

mod errors;
mod source;
mod target;

/// Who pushes when the program itself does.
pub(crate) const OWNER: &str = "portolan";
