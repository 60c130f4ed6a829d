//! Who is asked about mirrors and their runs, users and tokens (`people`), and told what to do with them: a daemon, if one is
//! named, else the catalogue of the configuration.
//!
//! Not here: what is printed (`commands`).

mod catalogue;
mod daemon;
mod people;

use async_trait::async_trait;
use clap::Args;
use portolan_oci::Registry;
use portolan_server::wire::{AskedData, FailureData, MirrorData, NodeData, RunData, RunDetail};
use serde_json::Value;

use self::catalogue::ByCatalogue;
use self::daemon::ByDaemon;
pub(crate) use self::people::{Change, Changed, People};
use crate::context::Context;
use crate::error::{CliError, Failure};

/// The variable that names a daemon.
const VARIABLE: &str = "PORTOLAN_DAEMON";

/// Which daemon.
#[derive(Debug, Args)]
pub(crate) struct DaemonArguments {
    /// Asks this daemon, in place of the database of the configuration; `$PORTOLAN_DAEMON` names one for all commands
    #[arg(long, value_name = "HOST[:PORT]")]
    daemon: Option<Registry>,
}

/// Who knows of mirrors and their runs.
#[async_trait(?Send)]
pub(crate) trait Control {
    /// How the mirrors stand, by their names.
    async fn mirrors(&self) -> Result<Vec<MirrorData>, CliError>;

    /// Keeps a mirror from being run by itself.
    async fn pause(&self, mirror: &str) -> Result<(), CliError>;

    /// Lets a mirror be run by itself again.
    async fn resume(&self, mirror: &str) -> Result<(), CliError>;

    /// Has a mirror run by a daemon as soon as it can.
    async fn ask_run(&self, mirror: &str) -> Result<AskedData, CliError>;

    /// The processes that share the database.
    async fn nodes(&self) -> Result<Vec<NodeData>, CliError>;

    /// The last runs, the last one first; of one mirror or of all.
    async fn runs(&self, mirror: Option<&str>, limit: u64) -> Result<Vec<RunData>, CliError>;

    /// A run.
    async fn run(&self, id: i64) -> Result<RunDetail, CliError>;

    /// What failed in it.
    async fn failures(&self, id: i64) -> Result<Vec<FailureData>, CliError>;

    /// Ends a run before it is done.
    async fn cancel(&self, id: i64) -> Result<(), CliError>;

    /// Has a daemon do what a run did not, as soon as it can.
    async fn retry(&self, id: i64) -> Result<AskedData, CliError>;

    /// Tells what happens in a run, as the API does, until it has ended.
    async fn follow(
        &self,
        id: i64,
        hear: &mut dyn FnMut(Value) -> Result<(), CliError>,
    ) -> Result<(), CliError>;
}

impl DaemonArguments {
    /// Who is asked about mirrors and runs.
    pub(crate) fn control<'a>(&self, context: &'a Context) -> Result<Box<dyn Control + 'a>, CliError> {
        Ok(match self.daemon(context)? {
            Some(host) => Box::new(ByDaemon::new(host, context)),
            None => Box::new(ByCatalogue(context)),
        })
    }

    /// Who is asked about users and tokens.
    pub(crate) fn people<'a>(&self, context: &'a Context) -> Result<Box<dyn People + 'a>, CliError> {
        Ok(match self.daemon(context)? {
            Some(host) => Box::new(ByDaemon::new(host, context)),
            None => Box::new(ByCatalogue(context)),
        })
    }

    /// The daemon, if one is named.
    fn daemon(&self, context: &Context) -> Result<Option<Registry>, CliError> {
        let named = context.environment().get(VARIABLE).filter(|name| !name.is_empty());
        let named = named.map(|name| {
            let wrong = |error| Failure::Usage(format!("${VARIABLE} names no daemon: {error}"));
            name.parse::<Registry>().map_err(wrong)
        });
        Ok(self.daemon.clone().map(Ok).or(named).transpose()?)
    }
}

fn no_mirror(name: &str) -> CliError {
    CliError::from(Failure::NotFound(format!("no mirror has the name {name}")))
        .with_hint("portolan mirrors list")
}

fn no_run(id: i64) -> CliError {
    CliError::from(Failure::NotFound(format!("there was no run {id}"))).with_hint("portolan runs list")
}
