//! Packs in the course of time: which have room that is wasted, where their blobs go, when their files go.
//!
//! A pack is *sealed* when its first blobs are committed ([`commit_blobs`](super::Content::commit_blobs)), and
//! *retired* when no blob with bytes is in it. From then on none will ever be in it again, and its file may be
//! removed: a reader whose row was read before asks once more.

pub(super) mod move_packed;
pub(super) mod named_packs;
pub(super) mod packed_blobs;
pub(super) mod packs_in_use;
pub(super) mod retire_pack;
pub(super) mod retired_packs;

pub use move_packed::{MovePacked, MovedBlob};
pub use packed_blobs::PackedBlob;
pub use packs_in_use::PackUse;
pub use retire_pack::RetirePack;
