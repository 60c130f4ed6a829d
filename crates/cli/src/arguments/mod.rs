//! The command line: what all commands share. The arguments of a command stand in its own file.

mod endpoint;
mod global;

use clap::Parser;

use crate::commands::Command;

pub(crate) use endpoint::parse_endpoint;
pub(crate) use global::{Color, Global, OutputFormat, ProgressMode};

/// What stands below the help of the whole program.
const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  failed (diff: the two differ)
  2  the command line is wrong
  3  the configuration is wrong
  4  done in part: some of several images failed
  5  not authorised
  6  not found
  130  interrupted; the same command goes on where it was

Images are written as host/repository[:tag][@digest], oci:DIR[:TAG], oci-archive:FILE[:TAG],
docker-archive:FILE[:NAME][:TAG] or store:REPOSITORY[:TAG].";

/// Keeps container images where they are needed.
///
/// Copies images with everything that belongs to them (all platforms, signatures, SBOMs, attestations) between
/// registries, OCI layouts and archives, looks at what is there, and is a registry itself.
#[derive(Debug, Parser)]
#[command(name = "portolan", version, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}
