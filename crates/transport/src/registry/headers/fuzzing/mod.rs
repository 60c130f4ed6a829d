//! What must hold for any header, whatever a registry sends.

mod answer;
mod challenge;
mod link;

pub use answer::answer_headers;
pub use challenge::challenge;
pub use link::link;
