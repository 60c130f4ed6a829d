//! What is counted, for Prometheus.
//!
//! Names begin with `portolan_`; what a label may say is bounded, so that nobody can make the daemon keep a series
//! for each of his inventions.
//!
//! Not here: where it is served (`doors/health`).

mod company;
mod count;
mod counted;
mod hosts;
mod maybe;
mod mirrors;
mod registry;

pub use count::count;
pub use registry::{ConfigRead, Metrics};
