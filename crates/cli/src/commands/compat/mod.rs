//! `portolan compat`: the programs that Portolan replaces, with their own arguments.

mod legacy;
mod picture_book;

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::error::CliError;
use crate::outcome::Outcome;

pub(crate) use legacy::as_portolan;
pub(super) use picture_book::read as read_picture_book;

/// Stands in for the programs that Portolan replaces, with their own arguments and files
///
/// Called through a link that has the name of such a program, Portolan does so by itself.
#[derive(Debug, Args)]
pub(crate) struct CompatArguments {
    #[command(subcommand)]
    program: Program,
}

#[derive(Debug, Subcommand)]
enum Program {
    PictureBook(picture_book::PictureBookArguments),
}

pub(super) async fn run(arguments: &CompatArguments, context: &Context) -> Result<Outcome, CliError> {
    match &arguments.program {
        Program::PictureBook(arguments) => picture_book::run(arguments, context).await,
    }
}
