//! What must hold for any request, whatever a client sends.

mod path;
mod query;
mod ranges;

pub use path::path;
pub use query::query;
pub use ranges::ranges;
