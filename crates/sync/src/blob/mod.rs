//! Blobs: from the source to every target that needs them, each once.
//!
//! [`Mover`] is shared by all images of a run. For one blob and several targets it first settles what needs no
//! bytes ([`settle`]: known in this run, there already, mounted), then sends the bytes to the rest ([`send`]), in
//! one pass over the source ([`transfer`]) and one more for what breaks. What was proven to be where is kept in
//! [`Known`] for the run; what the journal remembers of earlier runs is only a hint.

mod known;
mod lane;
mod mover;
mod pace;
mod send;
mod settle;
mod transfer;

pub(crate) use lane::{Lane, Probe, Remembered, Settled};
pub(crate) use mover::{Limits, Mover};
