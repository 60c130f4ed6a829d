//! The figures, and the forms in which they are told: tables, bars, JSON, a page for the documentation.
//!
//! Nothing here measures: [`crate::run`] does.

mod bars;
mod daemon;
mod figures;
mod json;
mod machine;
mod tables;

pub(crate) use figures::{Figures, Report, Requests, RowFigures};
pub(crate) use machine::Machine;
