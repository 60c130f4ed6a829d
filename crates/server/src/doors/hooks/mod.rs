//! Webhooks: registries tell of new images, and the mirrors that take them see to them at once.
//!
//! `door` takes a request: `proof` says whether its sender is known, `events` what it tells of, a file a sender. What
//! is told is in the catalogue before it is answered, so that it is seen to whatever happens; the same image told
//! twice before that is seen to once.
//!
//! Not here: what mirrors take ([`portolan_sync::Mirror::may_take`]), and bringing it ([`crate::mirroring`]).

mod door;
mod events;
mod proof;

pub use door::{Hook, HooksDoor};
