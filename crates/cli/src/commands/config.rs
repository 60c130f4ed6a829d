//! `portolan config`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::compat::read_picture_book;
use crate::arguments::OutputFormat;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;

/// Checks and shows the configuration
#[derive(Debug, Args)]
pub(crate) struct ConfigArguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Says what is wrong with a configuration, if anything
    #[command(after_help = "\
All that is wrong is told at once, with file, line and column; the exit code is 3 then.

Examples:
  portolan config check
  portolan config check staging.yaml production.yaml")]
    Check {
        /// The files, judged as they are; without one, the configuration in force with the variables
        /// `PORTOLAN__SECTION__KEY` that are set
        files: Vec<PathBuf>,
    },
    /// Prints the configuration in force, with where each value comes from; secrets are `***`
    #[command(after_help = "\
Examples:
  portolan config show
  PORTOLAN__LOG__LEVEL=debug portolan config show
  portolan config show --output json")]
    Show,
    /// Prints the JSON Schema of portolan.yaml, for editors
    #[command(after_help = "\
Examples:
  portolan config schema > portolan.schema.json")]
    Schema,
    /// Prints the portolan.yaml that does what the file of another program says
    #[command(after_help = "\
Examples:
  portolan config import picture-book config.yaml > portolan.yaml")]
    Import {
        /// The program
        program: Legacy,
        /// Its file, in place of the one that it would find
        file: Option<PathBuf>,
    },
    /// Prints the reference page of the book
    #[command(hide = true)]
    Reference,
}

/// Programs whose files can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Legacy {
    /// Picture-Book's config.yaml
    PictureBook,
}

/// What `check` found, for programs.
#[derive(Serialize)]
struct Checked {
    file: Option<PathBuf>,
    valid: bool,
    problems: Vec<String>,
}

pub(super) fn run(arguments: &ConfigArguments, context: &Context) -> Result<Outcome, CliError> {
    match &arguments.what {
        What::Check { files } if files.is_empty() => check_in_force(context),
        What::Check { files } => check_files(files, context),
        What::Show => show(context),
        What::Schema => {
            let schema = serde_json::to_string_pretty(portolan_config::schema());
            context.output.text(&schema.map_err(|error| Failure::Output(error.into()))?)?;
            Ok(Outcome::Done)
        }
        What::Import { program: Legacy::PictureBook, file } => import_picture_book(file.as_deref(), context),
        What::Reference => {
            context.output.bytes(portolan_config::reference().as_bytes())?;
            Ok(Outcome::Done)
        }
    }
}

fn check_in_force(context: &Context) -> Result<Outcome, CliError> {
    let loaded = portolan_config::load(context.global.config.as_deref(), context.environment())?;
    let checked = Checked { file: loaded.file, valid: true, problems: Vec::new() };
    context.output.data(&[checked], |checked| {
        let file = checked.iter().find_map(|checked| checked.file.as_ref());
        file.map_or_else(
            || "there is no configuration file; the defaults are in force".to_owned(),
            |file| format!("{}: valid", file.display()),
        )
    })?;
    Ok(Outcome::Done)
}

fn check_files(files: &[PathBuf], context: &Context) -> Result<Outcome, CliError> {
    let mut checked = Vec::new();
    for file in files {
        let problems = match portolan_config::check(file, context.environment()) {
            Ok(_) => Vec::new(),
            Err(portolan_config::LoadError::Invalid(problems)) => {
                problems.iter().map(ToString::to_string).collect()
            }
            Err(unreadable) => return Err(unreadable.into()),
        };
        checked.push(Checked { file: Some(file.clone()), valid: problems.is_empty(), problems });
    }
    let valid = checked.iter().all(|checked| checked.valid);
    context.output.data(&checked, |checked| {
        let files =
            checked.iter().filter(|checked| checked.valid).filter_map(|checked| checked.file.as_ref());
        files.map(|file| format!("{}: valid\n", file.display())).collect()
    })?;
    if context.global.output == OutputFormat::Text {
        let problems = checked.iter().flat_map(|checked| &checked.problems);
        problems.for_each(|problem| context.talk.insist(&format!("error (configuration): {problem}\n")));
    }
    Ok(if valid { Outcome::Done } else { Outcome::Configuration })
}

fn show(context: &Context) -> Result<Outcome, CliError> {
    let loaded = context.config()?;
    context.output.data(&loaded.config, |_| loaded.show())?;
    Ok(Outcome::Done)
}

fn import_picture_book(file: Option<&Path>, context: &Context) -> Result<Outcome, CliError> {
    let book = read_picture_book(file)?;
    for warning in &book.warnings {
        context.talk.say(&format!("warning: {}: {warning}", book.file.display()));
    }
    let text = book.import().map_err(|cause| Failure::other("a registry is no mirror", cause))?;
    context.output.bytes(text.as_bytes())?;
    Ok(Outcome::Done)
}
