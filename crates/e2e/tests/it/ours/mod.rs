//! Our own registry and our own store, with those who use them.

mod clients;
mod conformance;
mod start;

pub(crate) use start::Ours;
