//! All mirrors, those that were made through the API too.

use portolan_config::Loaded;
use portolan_server::live::{KnownMirror, MirrorOrigin, Shared};
use portolan_sync::Mirror;

use super::Context;
use crate::error::{CliError, Failure};

impl Context {
    /// The mirrors of the configuration, and behind them those of the catalogue.
    pub(crate) async fn mirrors(&self) -> Result<Vec<Mirror>, CliError> {
        let loaded = self.config()?;
        let stored = self.books().await?.runs.stored_mirrors().await;
        let stored =
            stored.map_err(|cause| Failure::other("cannot read the mirrors of the catalogue", cause))?;
        let mirrors = shared(loaded).joined(&of_file(loaded), &stored);
        Ok(mirrors.into_iter().map(|known| known.mirror).collect())
    }
}

/// The mirrors of a configuration, as a daemon knows them.
pub(crate) fn of_file(loaded: &Loaded) -> Vec<KnownMirror> {
    let both = loaded.mirrors.iter().cloned().zip(loaded.config.mirrors.iter().cloned());
    both.map(|(mirror, settings)| KnownMirror { mirror, settings, origin: MirrorOrigin::File }).collect()
}

/// What its mirrors share.
pub(crate) fn shared(loaded: &Loaded) -> Shared {
    Shared { defaults: loaded.defaults.clone(), tag_sets: loaded.config.tag_sets.clone() }
}
