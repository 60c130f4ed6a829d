//! Verdicts, lists and targets, as a mirror's settings give them.

mod image_list;
mod mirror;
mod tags;
mod targets;
