//! `portolan-bench`: how fast Portolan is beside its peers, on the same work, in one run.
//!
//! A real registry holds generated images; every client copies them to another real registry, which is empty
//! each time. The clients take turns, so that what else the machine does falls on all of them, and only
//! medians and ratios are told. A lean client is among them as the floor: it does what a copy cannot do
//! without, and nothing else. In a second part the registries take turns instead: one client puts the same load
//! on Portolan's and on the other, and what counts is what the server used. A third part is about the daemon alone:
//! how fast its API is, and how little it needs when nobody asks. Nothing here imports a crate of Portolan: it is measured as a program.

mod arguments;
mod client;
mod error;
mod fanout;
mod lean;
mod lists;
mod measure;
mod mirror;
mod report;
mod row;
mod run;
mod serve;
mod stats;
mod tags;
mod talk;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command};
use error::BenchError;

fn main() -> ExitCode {
    let done = match Arguments::parse() {
        Arguments { command: Some(Command::Measure), .. } => measure::serve().map_err(BenchError::from),
        Arguments { command: Some(Command::Lean { source, target }), .. } => {
            talk::block_on(lean::copy(&source, &target)).and_then(|copied| copied.map_err(BenchError::from))
        }
        Arguments { command: Some(Command::LeanMirror { source, target, repositories }), .. } => {
            let copying = lean::mirror(&source, &target, &repositories);
            talk::block_on(copying).and_then(|copied| copied.map_err(BenchError::from))
        }
        Arguments { command: Some(Command::LeanFile { source, file }), .. } => {
            talk::block_on(lean::to_file(&source, &file))
                .and_then(|written| written.map_err(BenchError::from))
        }
        Arguments { options, .. } => talk::block_on(run::bench(options)).and_then(|measured| measured),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            talk::say(&format!("error: {}", error::chain(&error)));
            ExitCode::FAILURE
        }
    }
}
