//! The program `portolan`: it reads its arguments, puts the crates below together and tells what became of it.
//!
//! Each command is a file in `commands`, which gets its arguments and the [`Context`] and
//! returns an [`Outcome`] or a `CliError`; what an error means for the
//! exit code, and what hint goes with it, stands in `error/explain.rs`. Data goes to the standard output
//! (`output`), talk, progress and logs to the standard error (`talk`).
//!
//! Not here: anything that another program could use. This crate has no library.

mod actor;
mod arguments;
mod ask;
mod commands;
mod context;
mod control;
mod error;
mod interrupt;
mod logging;
mod look;
mod outcome;
mod output;
mod progress;
mod report;
mod service_manager;
mod talk;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::Arguments;
use crate::context::Context;
use crate::outcome::Outcome;

fn main() -> ExitCode {
    match Arguments::try_parse_from(commands::as_portolan(std::env::args_os())) {
        Ok(arguments) => {
            let context = Context::new(arguments.global);
            let outcome = commands::run(arguments.command, &context);
            outcome.unwrap_or_else(|error| error.report(&context)).into()
        }
        Err(error) => {
            // Help and version come this way too. There is nobody to tell if they cannot be written.
            let _ = error.print();
            if error.use_stderr() { Outcome::Usage.into() } else { Outcome::Done.into() }
        }
    }
}
