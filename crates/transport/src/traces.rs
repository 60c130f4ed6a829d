//! What spans of traces are told apart by from all other spans.

/// The target of the spans that are told to a collector of traces. They are made with `tracing`, at its level `INFO`, and
/// cost next to nothing where nobody listens to this target. None of them ever has a secret in it.
pub const TRACES: &str = "traces";
