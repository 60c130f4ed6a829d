//! Traces: what is done, what it is a part of, and how long it takes, told to a collector
//! ([decision 33](../../../docs/src/adr/0033-telemetry.md)).
//!
//! Spans are those of `tracing` with the target [`TARGET`]; `transport`, `sync` and the doors make them, and they cost
//! nothing where nobody listens. [`Traces`] listens: it gathers what has ended and sends it with a [`Courier`]. `incoming` is
//! the span of a request that is answered.
//!
//! Not here: what is counted ([`crate::metrics`]), what is logged (the program).
//!
//! [`Courier`]: portolan_transport::Courier

mod client;
mod exporter;
pub(crate) mod incoming;
mod traces;

pub use portolan_transport::TRACES as TARGET;
pub use traces::{Traces, TracesError};
