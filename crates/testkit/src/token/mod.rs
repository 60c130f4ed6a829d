//! A token server for registries with token authentication: it answers the challenge's realm with signed JSON
//! web tokens that docker-registry accepts.
//!
//! It is the one peer that is ours, because none is packaged. Its form is that of the distribution project's
//! pages "Token Authentication Specification" and "`OAuth2` Token Authentication".

mod access;
mod builder;
mod issue;
mod request;
mod server;

pub use builder::TokenServerBuilder;
pub use request::TokenRequest;
pub use server::TokenServer;
