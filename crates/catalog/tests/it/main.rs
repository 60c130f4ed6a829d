//! The catalogue through its public face, on real databases.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod access;
mod belongings;
mod blobs;
mod brought;
mod children;
mod condemned;
mod content;
mod groups;
mod history;
mod hosts;
mod manifests;
mod nodes;
mod opening;
mod realms;
mod requests;
mod runs;
mod scratch;
mod seen;
mod servers;
mod tasks;
mod trees;
mod uploads;

use portolan_catalog::Place;
use portolan_oci::Digest;

use scratch::Scratch;

fn digest(number: usize) -> Digest {
    Digest::sha256(number.to_string().as_bytes())
}

fn debian() -> Place {
    Place::new("registry.example.com", "base/debian")
}
