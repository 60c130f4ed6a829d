//! `portolan compat picture-book`.

mod load;
mod rounds;
mod sync;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use portolan_config::picture_book::{self, PictureBook};

use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;

/// Picture-Book: fills registries with the images that scripts list
///
/// Reads Picture-Book's own config.yaml, from two folders above or from this one. No Docker is needed: images go from
/// registry to registry, with all their platforms, their signatures and their digests.
#[derive(Debug, Args)]
#[command(
    version,
    after_help = "\
Examples:
  portolan compat picture-book load --registry my-registry.com
  portolan compat picture-book load --all
  portolan compat picture-book sync
  ln -s \"$(command -v portolan)\" /usr/local/bin/picture-book

`portolan config import picture-book` writes the portolan.yaml that does the same."
)]
pub(crate) struct PictureBookArguments {
    /// Picture-Book's configuration, in place of ../../config.yaml or ./config.yaml
    #[arg(long, global = true, value_name = "FILE", env = "PICTURE_BOOK_CONFIG", hide_env = true)]
    file: Option<PathBuf>,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    #[command(visible_alias = "s")]
    Sync(sync::SyncArguments),
    #[command(visible_alias = "ld")]
    Load(load::LoadArguments),
}

pub(super) async fn run(arguments: &PictureBookArguments, context: &Context) -> Result<Outcome, CliError> {
    let book = read(arguments.file.as_deref())?;
    match &arguments.what {
        What::Sync(_) => sync::run(&book, context).await,
        What::Load(arguments) => load::run(arguments, &book, context).await,
    }
}

/// Reads the file that is named, else the one that Picture-Book would find.
pub(in crate::commands) fn read(named: Option<&Path>) -> Result<PictureBook, Failure> {
    let found = named.map_or_else(|| picture_book::find(Path::new(".")), |named| Ok(named.to_owned()))?;
    Ok(picture_book::read(&found)?)
}
