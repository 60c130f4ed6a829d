//! What a command works with: the options, the configuration, the places and the catalogue, each made when it
//! is first wanted, so that a command pays only for what it uses.

mod catalog;
mod mirrors;
mod nodes;
mod places;
mod realm_pins;
mod store;
mod traces;

use std::cell::{Cell, OnceCell};
use std::sync::Arc;

use portolan_catalog::{Access, Changes, Journal, Requests};
use portolan_config::{Environment, LoadError, Loaded};
use portolan_server::telemetry::Traces;
use portolan_sync::{Books, TaskTally};
use portolan_transport::{HostTally, Places, Share};

use self::catalog::LazyCatalog;
use self::store::LazyStore;
use crate::arguments::Global;
use crate::error::{CliError, Failure};
use crate::logging;
use crate::output::Output;
use crate::talk::Talk;

pub(crate) use mirrors::{of_file, shared};
pub(crate) use nodes::Membership;
pub(crate) use places::{PlacesMaker, names_same_places};

/// What a command works with.
pub(crate) struct Context {
    pub(crate) global: Global,
    pub(crate) talk: Talk,
    pub(crate) output: Output,
    environment: Environment,
    loaded: OnceCell<Loaded>,
    catalog: OnceCell<Arc<LazyCatalog>>,
    store: OnceCell<Arc<LazyStore>>,
    places: OnceCell<Arc<Places>>,
    share: Share,
    tally: HostTally,
    tasks: TaskTally,
    is_traced: Cell<bool>,
    traces: OnceCell<Traces>,
}

impl Context {
    pub(crate) fn new(global: Global) -> Self {
        Self {
            talk: Talk::new(&global),
            output: Output::new(global.output),
            environment: Environment::of_process(),
            loaded: OnceCell::new(),
            catalog: OnceCell::new(),
            store: OnceCell::new(),
            places: OnceCell::new(),
            share: Share::default(),
            tally: HostTally::default(),
            tasks: TaskTally::default(),
            is_traced: Cell::new(false),
            traces: OnceCell::new(),
            global,
        }
    }

    /// Between how many nodes the limits of hosts are divided.
    pub(crate) fn share(&self) -> &Share {
        &self.share
    }

    /// What is asked of registries, counted.
    pub(crate) fn tally(&self) -> HostTally {
        self.tally.clone()
    }

    /// What is done for shared runs, counted.
    pub(crate) fn task_tally(&self) -> TaskTally {
        self.tasks.clone()
    }

    /// The variables of the environment.
    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The configuration, as far as it has been wanted already.
    pub(crate) fn known_config(&self) -> Option<&Loaded> {
        self.loaded.get()
    }

    /// The configuration. Logs begin with it, and traces.
    pub(crate) fn config(&self) -> Result<&Loaded, CliError> {
        if let Some(loaded) = self.loaded.get() {
            return Ok(loaded);
        }
        let loaded = self.config_anew()?;
        self.start_traces(&loaded.config)?;
        logging::start(&loaded.config.log, &self.global, &self.talk, self.traces.get());
        Ok(self.loaded.get_or_init(|| loaded))
    }

    /// The configuration as it is written now, whatever was read before.
    pub(crate) fn config_anew(&self) -> Result<Loaded, LoadError> {
        let mut loaded = portolan_config::load(self.global.config.as_deref(), &self.environment)?;
        if let Some(data) = &self.global.data {
            loaded.config.data.clone_from(data);
        }
        Ok(loaded)
    }
}

impl Context {
    fn catalog(&self) -> Result<&Arc<LazyCatalog>, CliError> {
        if let Some(catalog) = self.catalog.get() {
            return Ok(catalog);
        }
        let config = &self.config()?.config;
        let location = config
            .database
            .location(&config.data)
            .map_err(|cause| CliError::from(Failure::other("`database` cannot be used", cause)))?;
        Ok(self.catalog.get_or_init(|| Arc::new(LazyCatalog::new(location))))
    }

    /// The store of the data folder.
    pub(crate) fn store(&self) -> Result<&Arc<LazyStore>, CliError> {
        if let Some(store) = self.store.get() {
            return Ok(store);
        }
        let folder = self.config()?.config.data.join("store");
        let catalog = Arc::clone(self.catalog()?);
        Ok(self.store.get_or_init(|| Arc::new(LazyStore::new(folder, catalog))))
    }

    /// The journal of copies. It may still be opened.
    pub(crate) async fn journal(&self) -> Result<Journal, CliError> {
        Ok(self.catalog()?.journal().await)
    }

    /// What is written down about mirrors. The catalogue may still be opened.
    pub(crate) async fn books(&self) -> Result<Books, CliError> {
        Ok(self.catalog()?.books().await)
    }

    /// The changes of what the store holds.
    pub(crate) async fn changes(&self) -> Result<Changes, CliError> {
        Ok(self.catalog()?.changes().await)
    }

    /// Requests that are done once.
    pub(crate) async fn requests(&self) -> Result<Requests, CliError> {
        Ok(self.catalog()?.requests().await)
    }

    /// Users and tokens.
    pub(crate) async fn access(&self) -> Result<Access, CliError> {
        Ok(self.catalog()?.access().await)
    }

    /// Writes what is queued for the catalogue, if it was used.
    pub(crate) async fn close(&self) -> Result<(), CliError> {
        match self.catalog.get() {
            Some(catalog) => Ok(catalog.close().await?),
            None => Ok(()),
        }
    }
}
