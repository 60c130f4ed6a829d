//! Chores of the workspace: `cargo xtask setup|test|floors|generate|ci|bench|fuzz|package`.
//!
//! A chore is a file of [`commands`]; what only the continuous integration runs, but has rules of its own,
//! is a file of [`checks`]; how packages are built stands in [`package`]. Nothing of the product lives here, and nothing here imports the product.

mod checks;
mod commands;
mod package;
mod process;
mod say;
mod workspace;

use std::error::Error as _;
use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match commands::Xtask::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::line(format_args!("error: {error}"));
            let mut cause = error.source();
            while let Some(error) = cause {
                say::line(format_args!("  because {error}"));
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}
