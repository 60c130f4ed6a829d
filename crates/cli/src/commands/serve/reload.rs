//! The configuration while the daemon runs.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use portolan_config::Loaded;
use portolan_server::live::{FileStamp, Live};
use portolan_server::metrics::{ConfigRead, Metrics};
use portolan_transport::Places;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::in_force::in_force;
use crate::context::{Context, names_same_places};
use crate::error::{CliError, Failure};

/// How often the file is looked at. It is read when it was the same twice: not while it is being written.
const LOOK: Duration = Duration::from_secs(1);

/// Takes up what the configuration says anew.
pub(in crate::commands) struct Reload<'a> {
    context: &'a Context,
    live: Live,
    metrics: Metrics,
    hangup: Signal,
    /// What was taken up last.
    taken: Loaded,
}

/// Why the configuration is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// Somebody wants it: secrets in other files may have changed.
    Asked,
    /// The file is another.
    Changed,
}

impl<'a> Reload<'a> {
    /// From now on SIGHUP ends nothing.
    pub(in crate::commands) fn new(
        context: &'a Context,
        live: Live,
        metrics: Metrics,
    ) -> Result<Self, CliError> {
        let hangup = signal(SignalKind::hangup());
        let hangup = hangup.map_err(|cause| Failure::other("cannot listen for signals", cause))?;
        Ok(Self { context, live, metrics, hangup, taken: context.config()?.clone() })
    }

    /// Takes up what the configuration says at SIGHUP and when its file changes, until the end. If it is wrong, that is
    /// told, and everything stays as it is.
    pub(in crate::commands) async fn keep_current(mut self, end: &CancellationToken) {
        let (mut read, mut seen) = (None, None);
        loop {
            let cause = tokio::select! {
                () = end.cancelled() => return,
                _ = self.hangup.recv() => Cause::Asked,
                () = tokio::time::sleep(LOOK) => Cause::Changed,
            };
            let stamp = self.stamp().await;
            // What is gone may be about to be written.
            let is_new = stamp.is_some() && stamp == seen && stamp != read;
            seen = stamp;
            if cause == Cause::Asked || is_new {
                read = stamp;
                self.take_up(cause);
            }
        }
    }

    async fn stamp(&self) -> Option<FileStamp> {
        FileStamp::of(self.taken.file.as_deref()?).await
    }

    fn take_up(&mut self, cause: Cause) {
        let outcome = match self.try_to_take_up(cause) {
            Ok(Taken::Nothing) => return,
            Ok(Taken::New) => {
                let mirrors = self.taken.mirrors.len();
                self.context.talk.say(&format!("the configuration was read anew: {mirrors} mirrors"));
                ConfigRead::Taken
            }
            Err(error) => {
                let why = error.text(self.context);
                let text = format!("the new configuration is refused, what was in force stays: {why}");
                self.context.talk.insist(&text);
                self.live.refuse(why);
                ConfigRead::Refused
            }
        };
        self.metrics.config_read(outcome);
    }

    fn try_to_take_up(&mut self, cause: Cause) -> Result<Taken, CliError> {
        let loaded = self.context.config_anew()?;
        if let (Some(file), None) = (&self.taken.file, &loaded.file) {
            return Err(gone(file).into());
        }
        if loaded == self.taken && cause == Cause::Changed && self.live.refused().is_none() {
            return Ok(Taken::Nothing);
        }
        let places = self.places(&loaded, cause)?;
        self.live.put(in_force(self.context, &loaded, places)?);
        let fixed = self.context.config()?.config.fixed_changes(&loaded.config);
        if !fixed.is_empty() {
            let text = format!("changed, and in force from the next start on: {}", fixed.join(", "));
            self.context.talk.insist(&text);
        }
        self.taken = loaded;
        Ok(Taken::New)
    }

    /// The places that it names: those in force if it says nothing new about them, so that runs that go on and runs that
    /// begin keep the limits together. After one that was refused nobody knows what was meant to be new.
    fn places(&self, loaded: &Loaded, cause: Cause) -> Result<Arc<Places>, CliError> {
        let is_new = cause == Cause::Asked
            || self.live.refused().is_some()
            || !names_same_places(&self.taken.config, &loaded.config);
        if is_new {
            self.context.places_of(&loaded.config).map(Arc::new)
        } else {
            Ok(self.live.reach().places)
        }
    }
}

/// What was taken up.
enum Taken {
    /// All is as it was.
    Nothing,
    New,
}

fn gone(file: &Path) -> Failure {
    Failure::Refused(format!("{} is gone", file.display()))
}
