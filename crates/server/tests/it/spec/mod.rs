//! The distribution specification, section by section. Each test is named after what it says.

mod deleting;
mod errors;
mod limits;
mod listing_referrers;
mod listing_repositories;
mod listing_tags;
mod mounting;
mod next_version;
mod pulling;
mod pushing_chunked;
mod pushing_manifests;
mod pushing_whole;
