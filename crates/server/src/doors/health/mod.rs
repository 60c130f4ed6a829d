//! Whether the daemon lives, and whether it can work: for supervisors and load balancers.
//!
//! `/healthz` is 200 as long as anything is answered at all; `/readyz` is 503 while the catalogue or the storage
//! cannot be used, and says which; `/metrics` has what [`crate::metrics`] counts. Only for the last one a login is asked
//! for, where logins are.

mod door;
mod ready;

pub use door::{Counted, HealthDoor};
