//! What is printed on the standard output: data, for people or for programs.

mod human;
mod print;
mod printable;
mod table;

pub(crate) use human::{Between, Bytes, Count, Span};
pub(crate) use print::Output;
pub(crate) use printable::printable;
pub(crate) use table::Table;
