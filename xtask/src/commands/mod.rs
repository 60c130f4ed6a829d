//! The chores, one file each. What a chore needs of another it calls; nothing is shelled out to itself
//! but the tests, which CI runs by the very command that the README gives.

mod bench;
mod ci;
mod databases;
mod floors;
mod fuzz;
mod generate;
mod package;
mod setup;
mod test;
mod xtask;

pub(crate) use xtask::Xtask;
