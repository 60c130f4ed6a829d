//! Loads, merges and validates `portolan.yaml`.
//!
//! Three steps, each of its own: a file is *read* into a tree in which every value knows where it stands
//! (`document`), variables of the environment are *merged* into that tree (`overrides`), and the tree is
//! *checked* against the schema of [`Config`] and put into its structs (`shape`, `assemble`). All that is
//! wrong is collected, each with file, line, column and the line itself; secrets are blanked in all of it.
//! Nothing is read from the world while a struct is made: the environment comes in as a value.
//!
//! Not here: what a section means. Each crate below defines its own and documents it there; the schema and
//! the reference page are generated from those comments.

mod access;
mod assemble;
mod certificate;
mod config;
mod database;
mod document;
mod environment;
mod form;
mod hooks;
mod listen;
mod load;
mod mirrors;
mod nearest;
mod nodes;
mod origin;
mod overrides;
pub mod picture_book;
mod problem;
mod redact;
mod reference;
mod reserved;
mod restart;
mod retention;
mod schema;
mod search;
mod shape;
mod show;
mod snippet;
mod telemetry;
mod typed;

pub use access::{AccessSettings, ActionWord, AnonymousRule, PatternText, RepositoryRule};
pub use certificate::ServerCertificate;
pub use config::{Config, Limits, LogFormat, LogLevel, LogSettings};
pub use database::{Database, DatabaseError, DatabaseServer};
pub use environment::Environment;
pub use hooks::{HookKind, HookSettings};
pub use listen::{Listen, ListenError};
pub use load::{LoadError, Loaded, check, load};
pub use nodes::NodeSettings;
pub use origin::Origin;
pub use problem::{Fault, Problem, Problems};
pub use reference::{EXAMPLE, reference};
pub use retention::Retention;
pub use schema::schema;
pub use telemetry::{OtlpEndpoint, OtlpEndpointError, OtlpSettings, Telemetry};
