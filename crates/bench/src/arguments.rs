//! The command line.

use std::path::PathBuf;

use crate::client::Kind;
use crate::row::Row;

/// Copies the same images with every client on this machine, puts the same load on both registries, and prints medians and ratios
#[derive(Debug, clap::Parser)]
#[command(name = "portolan-bench", args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) options: Options,
}

/// What the benchmark runs as processes of their own.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Copy one image between registries that speak plain HTTP, with as little work as it takes
    Lean {
        /// `host:port/repository:tag`
        source: String,
        /// `host:port/repository:tag`
        target: String,
    },
    /// Copy all images of repositories between registries that speak plain HTTP, with as little work as it takes
    LeanMirror {
        /// `host:port`
        source: String,
        /// `host:port`
        target: String,
        /// The repositories, the same on both sides
        repositories: Vec<String>,
    },
    /// Write the layers of one image into a file, checked and synced, with as little work as it takes
    LeanFile {
        /// `host:port/repository:tag`
        source: String,
        /// The file, which is made anew
        file: PathBuf,
    },
    /// Run the commands on standard input (JSON, a list of lists) in turn, and print what they cost
    #[command(hide = true)]
    Measure,
}

/// What is measured, and where the figures go.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Only these rows
    #[arg(long, value_delimiter = ',', default_values_t = Row::ALL)]
    pub(crate) rows: Vec<Row>,
    /// Only these clients and servers; those that are not on this machine are left out and named
    #[arg(long, value_delimiter = ',', default_values_t = Kind::ALL)]
    pub(crate) clients: Vec<Kind>,
    /// How often each client has its turn in each row
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,
    /// Multiplies all sizes and counts of the work; the bars mean the scale 1
    #[arg(long, default_value_t = 1.0, value_parser = positive)]
    pub(crate) scale: f64,
    /// Leave out the untimed run through counting proxies, which also reads back what was copied
    #[arg(long)]
    pub(crate) skip_requests: bool,
    /// Write all figures to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write a page for the documentation to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
}

fn positive(text: &str) -> Result<f64, String> {
    let number = text.parse().map_err(|_| "not a number".to_owned())?;
    if number > 0.0 && number <= 100.0 { Ok(number) } else { Err("not above 0 and up to 100".to_owned()) }
}
