//! `portolan man`.

use std::fs;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _};
use clap_mangen::Man;

use crate::arguments::Arguments;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;

/// Prints the manual page, or writes that of every command
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portolan man | man -l -
  portolan man --dir /usr/local/share/man/man1")]
pub(crate) struct ManArguments {
    /// Writes the pages of all commands into this folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(super) fn run(arguments: &ManArguments, context: &Context) -> Result<Outcome, CliError> {
    let program = Arguments::command();
    match &arguments.dir {
        Some(folder) => {
            let written = fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(program, folder));
            let what = || format!("cannot write manual pages to {}", folder.display());
            written.map_err(|cause| Failure::other(what(), cause))?;
        }
        None => {
            let mut page = Vec::new();
            Man::new(program).render(&mut page).map_err(Failure::Output)?;
            context.output.bytes(&page)?;
        }
    }
    Ok(Outcome::Done)
}
