//! The program as its users see it: every test runs the real binary in a home of its own.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what cannot be set up must stop the test, and say what it was"
)]

mod access;
mod api;
mod chaos;
mod completions;
mod config;
mod copy;
mod daemon;
mod databases;
mod delete;
mod diff;
mod docs;
mod errors;
mod help;
mod history;
mod hooks;
mod hostile;
mod inspect;
mod interrupt;
mod layouts;
mod login;
mod man;
mod metrics;
mod mirrors;
mod nodes;
mod picture_book;
mod progress;
mod prune;
mod refill;
mod registry;
mod reload;
mod runs;
mod sandbox;
mod scheduled;
mod serve;
mod service_manager;
mod tags;
mod telemetry;
