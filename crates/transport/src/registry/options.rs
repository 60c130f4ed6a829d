//! How patient the client is.

use std::time::Duration;

use crate::ByteRate;

/// Times and numbers that hold for all registries.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// How long making a connection may take.
    pub connect_timeout: Duration,
    /// How long a connection may stand still while an answer or the bytes of a body are awaited. There is no
    /// limit on the time of a whole transfer.
    pub idle_timeout: Duration,
    /// How fast content may come in from all hosts together, and how fast it may go out to them.
    pub bandwidth: Option<ByteRate>,
    /// When to try again.
    pub retry: RetryOptions,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(30),
            bandwidth: None,
            retry: RetryOptions::default(),
        }
    }
}

/// When to try again.
#[derive(Debug, Clone)]
pub struct RetryOptions {
    /// How often a request is sent at most.
    pub tries: u32,
    /// The first waiting time; each further one is twice as long. All are shortened by chance, so that many
    /// clients do not come back at once.
    pub first_delay: Duration,
    /// The longest waiting time that is chosen here.
    pub longest_delay: Duration,
    /// The longest waiting time that a registry may ask for (`Retry-After`) before the request fails instead.
    pub patience: Duration,
}

impl Default for RetryOptions {
    fn default() -> Self {
        Self {
            tries: 5,
            first_delay: Duration::from_millis(200),
            longest_delay: Duration::from_secs(10),
            patience: Duration::from_mins(1),
        }
    }
}
