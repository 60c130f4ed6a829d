//! One read, many writers: the bytes of a blob from one source to several targets, hashed once.
//!
//! The [`Fanout`] holds a window of the bytes that were read last. Each target follows with a [`Follower`] at
//! its own pace. The reader waits for the fastest of them; one that falls behind by more than the window is
//! fed from a [`Spool`] file from then on, so that it never holds up the others. With one target there is
//! nobody to hold up: the reader simply waits, and nothing is ever spooled.
//!
//! The last bytes of a blob are handed out only together with the proof that all of it is right.

mod follower;
mod pump;
mod spool;
#[cfg(test)]
mod tests;
mod window;

pub(crate) use follower::Follower;
pub(crate) use pump::pump;
pub(crate) use window::Fanout;
