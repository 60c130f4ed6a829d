//! What is said on the standard error, around the progress that may be drawn there.

use std::io::{self, IsTerminal as _, Write};
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::MultiProgress;
use serde::Serialize;
use tracing_subscriber::fmt::MakeWriter;

use crate::arguments::{Color, Global, ProgressMode};

/// The standard error. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Talk {
    loudness: Loudness,
    wording: Wording,
    colored: bool,
    bars: Arc<Mutex<Option<MultiProgress>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loudness {
    ErrorsOnly,
    Everything,
}

/// How something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wording {
    /// As it is.
    Text,
    /// As an event, for programs.
    Json,
}

impl Talk {
    pub(crate) fn new(global: &Global) -> Self {
        let colored = match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if global.progress == ProgressMode::Json => false,
            Color::Auto => io::stderr().is_terminal() && console::colors_enabled_stderr(),
        };
        let loudness = if global.quiet { Loudness::ErrorsOnly } else { Loudness::Everything };
        let wording = if global.progress == ProgressMode::Json { Wording::Json } else { Wording::Text };
        Self { loudness, wording, colored, bars: Arc::default() }
    }

    /// Whether colours may be used.
    pub(crate) fn is_colored(&self) -> bool {
        self.colored
    }

    /// Whether anything but errors is to be said.
    pub(crate) fn is_quiet(&self) -> bool {
        self.loudness == Loudness::ErrorsOnly
    }

    /// Says something, unless only errors are wanted.
    pub(crate) fn say(&self, text: &str) {
        if !self.is_quiet() {
            self.insist(text);
        }
    }

    /// Says something in any case.
    pub(crate) fn insist(&self, text: &str) {
        let text = text.trim_end();
        match self.wording {
            Wording::Text => self.write(format!("{text}\n").as_bytes()),
            Wording::Json => self.event(&serde_json::json!({ "event": "message", "text": text })),
        }
    }

    /// Says an event, a line that is an object.
    pub(crate) fn event(&self, event: &impl Serialize) {
        match serde_json::to_string(event) {
            Ok(line) => self.write(format!("{line}\n").as_bytes()),
            Err(error) => tracing::warn!(%error, "an event cannot be told"),
        }
    }

    /// Draws no line into these bars; `None` when they are gone.
    pub(crate) fn mind(&self, bars: Option<MultiProgress>) {
        *self.bars.lock().unwrap_or_else(PoisonError::into_inner) = bars;
    }

    fn write(&self, bytes: &[u8]) {
        let bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // There is no other place to tell that the standard error cannot be written.
        let write = || {
            let _ = io::stderr().lock().write_all(bytes);
        };
        match bars {
            Some(bars) => bars.suspend(write),
            None => write(),
        }
    }
}

/// For logs.
impl Write for Talk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Self::write(self, bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Talk {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
