//! Our own API at `/api/v1`: mirrors, their runs, what the store holds, users and tokens.
//!
//! `door` puts it together. A folder a subject, a file an operation; each says above its function what it is in the
//! `OpenAPI` document, which `document` completes and `page` shows. `asking` says who may ask, `input` reads what is asked
//! and `problem` is every answer that is none; `wished` waits for a run to begin.
//!
//! Not here: the shapes of what is said ([`crate::wire`]), and what is done.

mod asking;
mod document;
mod door;
mod health;
#[expect(unused_qualifications, reason = "`utoipa::path` qualifies the parameters that it names")]
mod images;
mod input;
mod mirrors;
mod nodes;
mod once;
mod page;
mod people;
mod problem;
#[expect(unused_qualifications, reason = "`utoipa::path` qualifies the parameters that it names")]
mod runs;
mod unchanged;
mod wished;

pub use document::document;
pub use door::{ApiDoor, ApiParts};
