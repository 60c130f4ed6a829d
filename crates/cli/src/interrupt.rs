//! Ctrl-C and the signal to terminate.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::error::{CliError, Failure};
use crate::outcome::Outcome;
use crate::talk::Talk;

/// What a user who wants the program to end has said so far.
#[derive(Debug)]
pub(crate) struct Interrupt {
    first: CancellationToken,
    second: CancellationToken,
}

impl Interrupt {
    /// Listens from now on. The first signal asks for an orderly end, the second ends at once.
    fn listen(talk: &Talk) -> io::Result<Self> {
        let mut signals = Signals::new()?;
        let (first, second) = (CancellationToken::new(), CancellationToken::new());
        let interrupt = Self { first: first.clone(), second: second.clone() };
        let talk = talk.clone();
        tokio::spawn(async move {
            signals.next().await;
            first.cancel();
            talk.insist("interrupted: ending in order; once more ends at once");
            signals.next().await;
            second.cancel();
        });
        Ok(interrupt)
    }

    /// Runs what can end in order: at the first signal it is told to, the second ends it at once.
    pub(crate) async fn over(
        talk: &Talk,
        work: impl AsyncFnOnce(&Self) -> Result<Outcome, CliError>,
    ) -> Result<Outcome, CliError> {
        let interrupt =
            Self::listen(talk).map_err(|cause| Failure::other("cannot listen for signals", cause))?;
        tokio::select! {
            biased;
            () = interrupt.second.cancelled() => Err(Failure::Killed.into()),
            ended = work(&interrupt) => ended,
        }
    }

    /// Cancelled by the first signal.
    pub(crate) fn token(&self) -> &CancellationToken {
        &self.first
    }
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
