//! The standard output.

use std::io::{self, Write as _};

use serde::Serialize;

use crate::arguments::OutputFormat;
use crate::error::{CliError, Failure};

/// The standard output in the format that the user wants.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    format: OutputFormat,
}

impl Output {
    pub(crate) fn new(format: OutputFormat) -> Self {
        Self { format }
    }

    /// The format that the user wants.
    pub(crate) fn format(self) -> OutputFormat {
        self.format
    }

    /// Prints `data` as JSON, or what `text` makes of it.
    pub(crate) fn data<T: Serialize>(
        self,
        data: &T,
        text: impl FnOnce(&T) -> String,
    ) -> Result<(), CliError> {
        match self.format {
            OutputFormat::Text => self.text(&text(data)),
            OutputFormat::Json => {
                let json =
                    serde_json::to_string_pretty(data).map_err(|error| Failure::Output(error.into()))?;
                self.text(&json)
            }
        }
    }

    /// Prints `data` as one line of JSON, or the line that `text` makes of it, if any: for what comes bit by bit.
    pub(crate) fn line<T: Serialize>(
        self,
        data: &T,
        text: impl FnOnce(&T) -> Option<String>,
    ) -> Result<(), CliError> {
        match self.format {
            OutputFormat::Text => text(data).map_or(Ok(()), |line| self.text(&line)),
            OutputFormat::Json => {
                self.text(&serde_json::to_string(data).map_err(|error| Failure::Output(error.into()))?)
            }
        }
    }

    /// Prints lines.
    pub(crate) fn text(self, text: &str) -> Result<(), CliError> {
        let text = text.trim_end();
        if text.is_empty() { Ok(()) } else { self.bytes(format!("{text}\n").as_bytes()) }
    }

    /// Prints bytes as they are.
    pub(crate) fn bytes(self, bytes: &[u8]) -> Result<(), CliError> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(|cause| Failure::Output(cause).into())
    }
}
