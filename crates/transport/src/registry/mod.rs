//! Registries: the client side of the OCI distribution specification.
//!
//! [`RegistryRepository`] is a [`Source`](crate::Source) and a [`Target`](crate::Target); each operation has a
//! file of its own name. Below the operations, [`RegistryClient`] sends one request to one host and does what
//! all of them need: it proves who asks (`auth`), waits its turn (`throttle`), follows redirects without
//! giving credentials away (`redirect`), and tries again where that is safe (`retry`, the only place that
//! decides it). What an answer means for a caller is decided in `status`, what no answer means in `failure`.
//!
//! Not here: where credentials, certificates and mirrors come from (`hosts`), and what is copied.

mod abort;
mod answer;
mod append;
mod ask;
mod auth;
mod authority;
mod bandwidth;
mod begin;
mod blob;
mod body;
mod call;
mod check_login;
mod client;
mod commit;
mod courier;
mod delete;
mod exchange;
mod failure;
mod finish;
mod has_blob;
mod headers;
mod holder;
mod hop;
mod learnt;
mod manifest;
mod net;
mod options;
mod pages;
mod put_manifest;
mod redirect;
mod referrers;
mod registries;
mod repositories;
mod repository;
mod resolve;
mod resume;
mod retry;
mod room;
mod source;
mod span;
mod status;
mod tags;
mod target;
mod throttle;
mod words;

pub use call::{ApiAnswer, ApiCall};
pub use check_login::LoginCheck;
pub use client::RegistryClient;
pub use courier::Courier;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use headers::fuzzing;
pub use headers::{Quota, RateLimits};
pub(crate) use net::Net;
pub use options::{ClientOptions, RetryOptions};
pub(crate) use registries::Registries;
pub use repository::RegistryRepository;
