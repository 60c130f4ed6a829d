//! Options of all commands.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

/// Options of all commands.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Configuration file, in place of the first there is of `$PORTOLAN_CONFIG`, `./portolan.yaml`,
    /// `~/.config/portolan/portolan.yaml` and `/etc/portolan/portolan.yaml`
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Folder of what is kept between runs, in place of the configuration's `data`
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// How data is printed: `text` for people, `json` for programs
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub(crate) output: OutputFormat,
    /// How progress is shown: `bars`, one `spinner`, `plain` lines, a line for everything (`detailed`), or events
    /// for programs (`json`, an object a line); `auto` is bars on a terminal and plain lines elsewhere
    #[arg(long, global = true, value_name = "HOW", default_value = "auto", hide_possible_values = true)]
    pub(crate) progress: ProgressMode,
    /// When talk is coloured: `always`, `never`, or `auto`, on a terminal
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_possible_values = true)]
    pub(crate) color: Color,
    /// Says nothing but errors
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Logs what is done (twice: each request; three times: everything)
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// How data is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    Text,
    Json,
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressMode {
    /// Bars on a terminal, plain lines elsewhere
    Auto,
    /// A bar for the whole and one for each blob under way
    Bars,
    /// One line that changes
    Spinner,
    /// A line now and then
    Plain,
    /// A line for everything that happens
    Detailed,
    /// A JSON object for everything that happens
    Json,
}

/// When talk is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `$NO_COLOR` is set
    Auto,
    Always,
    Never,
}
