//! `kill -9` in the middle of a copy, and the same copy again.
//!
//! The image has 500 MB in two layers that go up in chunks and many that do not. How often it is killed, each
//! time at another point, is in `PORTOLAN_CHAOS` (4 where nothing is said; 20 is the full run).

mod download;
mod ours;
mod points;
mod upload;
mod work;
mod worker;
