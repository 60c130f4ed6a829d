//! Writing only while one has the right to: right before a request leaves, the end of a lease is looked at.
//!
//! A [`Fence`] is the end of a lease by this process's own clock. [`FencedTarget`] stands before a target: what is asked
//! of it goes out only while the fence is open. A registry's client looks at it once more for each request that it sends
//! (`current`): waiting for one's turn, for credentials or before another try may take longer than the lease.
//!
//! Not here: whose lease it is, and who renews it.

mod current;
mod gate;
mod target;

pub(crate) use current::pass;
pub use gate::Fence;
pub use target::FencedTarget;
