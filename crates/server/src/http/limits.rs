//! What a client may cost.

use std::time::Duration;

/// What a client may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpLimits {
    /// How long the head of a request may take.
    pub head: Duration,
    /// How long a body may pause, in either direction.
    pub pause: Duration,
    /// Connections at once; more wait to be taken.
    pub connections: usize,
    /// How long requests under way may take when the server ends.
    pub farewell: Duration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(30),
            pause: Duration::from_secs(60),
            connections: 4_096,
            farewell: Duration::from_secs(30),
        }
    }
}
