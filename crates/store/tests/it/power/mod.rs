//! The power goes: what was acknowledged is there afterwards, and the store goes on.
//!
//! The backend alone is cut before each single step; the whole store, with its catalogue, as often as `PORTOLAN_CHAOS`
//! says (24 and 8 times where nothing is said; 1500 is before each step in each way). The cuts are drawn from a seed,
//! which is printed; `PORTOLAN_CHAOS_SEED` draws the same ones.

mod afterwards;
mod backend;
mod points;
mod process;
mod state;
mod store;
mod work;
mod world;
