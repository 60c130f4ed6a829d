//! What is seen of long work while it goes on.
//!
//! The engine tells [`Board`] what happens, from many tasks and for every piece of a blob: it only counts, and
//! passes notes on through a queue that drops rather than waits. A ticker looks at the board a few times a
//! second and draws: [`bars`], a [`spinner`], or lines ([`plain`], detailed or not), or events
//! for programs ([`json`]).

mod bars;
mod board;
mod json;
mod note;
mod plain;
mod rate;
mod spinner;
mod ticker;
mod view;

pub(crate) use board::Board;
pub(crate) use ticker::Progress;
