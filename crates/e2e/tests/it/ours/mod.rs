//! Our own registry and our own store, with those who use them.

mod clients;
mod conformance;
mod mirror;
mod out_of_order;
mod start;

pub(crate) use start::Ours;
