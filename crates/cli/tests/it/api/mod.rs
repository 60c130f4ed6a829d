//! The API of a daemon: `client` asks it.

pub(crate) mod client;
mod commands;
mod document;
mod generated;
mod images;
mod mirrors;
mod people;
mod runs;
