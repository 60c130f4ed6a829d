//! One of each kind of thing that a registry holds, with the same bytes in every run.
//!
//! The kinds are made in the files below; docker-registry 2.8 takes all of them, and which of them skopeo
//! and podman read is in one table, [`Exhibit::readable`]. Work for measuring speed is in [`crate::workload`].

mod artifacts;
mod exhibit;
mod images;
mod indexes;
mod layers;
mod layout;
mod odd;
mod readable;
mod referrers;

pub(crate) use exhibit::referrer_descriptor;
pub use exhibit::{Exhibit, fallback_tag};
pub use layout::write_layout;
pub use readable::{Readable, Verdict};

/// Every kind, each with a tag that is its name.
pub fn all() -> Vec<Exhibit> {
    vec![
        images::oci(),
        images::docker(),
        indexes::oci(),
        indexes::docker(),
        indexes::nested(),
        indexes::empty(),
        referrers::by_subject(),
        referrers::by_fallback_tag(),
        referrers::by_cosign_tag(),
        artifacts::arbitrary(),
        artifacts::empty_config(),
        layers::empty_blob(),
        layers::foreign_oci(),
        layers::foreign_docker(),
        layers::zstd(),
        layers::uncompressed(),
        layers::same_blob_twice(),
        layers::sha512(),
        odd::json(),
    ]
}

/// The kind of this name; panics when there is none.
pub fn one(name: &str) -> Exhibit {
    let found = all().into_iter().find(|exhibit| exhibit.name == name);
    found.unwrap_or_else(|| panic!("the zoo has no {name}"))
}
