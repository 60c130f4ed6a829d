//! One folder a door. A door translates between HTTP and what lies below, and decides nothing by itself.

mod all;
pub mod api;
pub mod compat;
pub mod console;
pub mod health;
pub mod hooks;
mod html;
mod known;
pub mod registry;

pub use all::{Parts, all};
use known::known;
