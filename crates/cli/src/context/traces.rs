//! Traces of what a command does.

use portolan_config::Config;
use portolan_server::telemetry::Traces;
use tokio::runtime::Handle;

use super::Context;
use crate::error::{CliError, Failure};

impl Context {
    /// Has traces made of the command, if the configuration names a collector. To be called before it is read.
    pub(crate) fn traced(&self) -> &Self {
        self.is_traced.set(true);
        self
    }

    /// Sends what is left of the traces. Not to be called by a task.
    pub(crate) fn end_traces(&self) {
        if let Some(traces) = self.traces.get() {
            traces.end();
        }
    }

    /// What does not wait for others has no runtime, and nothing to be traced.
    pub(super) fn start_traces(&self, config: &Config) -> Result<(), CliError> {
        let wanted = config.telemetry.otlp.as_ref().filter(|_| self.is_traced.get());
        if let (Some(settings), Ok(runtime)) = (wanted, Handle::try_current()) {
            let traces = Traces::start(settings, runtime);
            let traces = traces.map_err(|cause| Failure::other("`telemetry.otlp` cannot be used", cause))?;
            self.traces.get_or_init(|| traces);
        }
        Ok(())
    }
}
