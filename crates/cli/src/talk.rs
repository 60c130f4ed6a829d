//! What is said on the standard error, around the progress that may be drawn there.

use std::io::{self, IsTerminal as _, Write};
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::MultiProgress;
use tracing_subscriber::fmt::MakeWriter;

use crate::arguments::{Color, Global};

/// The standard error. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Talk {
    loudness: Loudness,
    colored: bool,
    bars: Arc<Mutex<Option<MultiProgress>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loudness {
    ErrorsOnly,
    Everything,
}

impl Talk {
    pub(crate) fn new(global: &Global) -> Self {
        let colored = match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => io::stderr().is_terminal() && console::colors_enabled_stderr(),
        };
        let loudness = if global.quiet { Loudness::ErrorsOnly } else { Loudness::Everything };
        Self { loudness, colored, bars: Arc::default() }
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
        self.write(format!("{}\n", text.trim_end()).as_bytes());
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
