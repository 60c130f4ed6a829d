//! The registry: `/v2/`, distribution-spec 1.1 (<https://github.com/opencontainers/distribution-spec>).
//!
//! `route` reads the path; `answer` gives each endpoint its file, named like the operation of the store that
//! it calls. What goes wrong becomes one of the specification's error codes in `error`, and nowhere else.
//!
//! Not here: what is stored and how (`portolan-store`), who may ask ([`crate::access`]).

mod answer;
mod append_upload;
mod begin_upload;
mod body;
mod byte_range;
mod cancel_upload;
mod challenge;
mod content_range;
mod delete_blob;
mod delete_manifest;
mod door;
mod error;
mod finish_upload;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod hand_out_pass;
mod list_referrers;
mod list_repositories;
mod list_tags;
mod page;
mod pull_blob;
mod pull_manifest;
mod put_manifest;
mod query;
mod request;
mod room;
mod route;
mod session;
mod tag_lists;
mod unchanged;
mod upload_status;

pub use door::{RegistryDoor, RegistryLimits};
