//! A mirror of sixty images between two registries, by processes that are killed, run at once, or meet images
//! that are broken.
//!
//! How often it is killed, each time at another point, is in `PORTOLAN_CHAOS` (2 or 3 where nothing is said;
//! 30 is the full run). The points are drawn from a seed, which is printed; `PORTOLAN_CHAOS_SEED` draws the same ones.

mod killed;
mod points;
mod pruned;
mod served;
mod stage;
mod twice;
mod work;
