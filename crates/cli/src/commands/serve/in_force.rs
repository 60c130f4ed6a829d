//! From the configuration to what the daemon works by.

use std::sync::Arc;

use portolan_config::{HookSettings, Loaded};
use portolan_server::doors::hooks::Hook;
use portolan_server::live::{InForce, Reach};
use portolan_sync::EngineOptions;
use portolan_transport::Places;

use crate::commands::mirrors::work::engine_options;
use crate::context::{Context, of_file, shared};
use crate::error::{CliError, Failure};

/// What a configuration puts in force, with the places that it names. Secrets in files and variables are read now.
pub(in crate::commands) fn in_force(
    context: &Context,
    loaded: &Loaded,
    places: Arc<Places>,
) -> Result<InForce, CliError> {
    let hooks = hooks(&loaded.config.hooks)?;
    // A data folder is the daemon's for as long as it runs.
    let spool = engine_options(&context.config()?.config).spool;
    Ok(InForce {
        mirrors: of_file(loaded),
        shared: shared(loaded),
        hooks: hooks.into(),
        reach: Reach { places, options: EngineOptions { spool, ..engine_options(&loaded.config) } },
    })
}

/// Who may tell of new images, with what they show.
fn hooks(settings: &[HookSettings]) -> Result<Vec<Hook>, CliError> {
    let hook = |settings: &HookSettings| {
        let secret = settings.secret.resolve().map_err(|cause| {
            Failure::other(format!("the webhooks of {} cannot be taken", settings.kind.word()), cause)
        })?;
        if secret.is_empty() {
            let text = format!("the secret of the webhooks of {} is empty", settings.kind.word());
            return Err(CliError::from(Failure::Refused(text)));
        }
        let (kind, callbacks) = (settings.kind, settings.callbacks());
        Ok(settings.registry().map(|registry| Hook { kind, registry, secret, callbacks }))
    };
    settings.iter().filter_map(|settings| hook(settings).transpose()).collect()
}
