//! The handle on the runs.

use crate::opening::Opening;
use crate::writer::WriterHandle;

/// The handle on the runs; clones are cheap. What it writes is on the disk when the call returns.
#[derive(Debug, Clone)]
pub struct Runs {
    pub(super) writer: WriterHandle,
    pub(super) opening: Opening,
}

impl Runs {
    pub(crate) fn new(writer: WriterHandle, opening: Opening) -> Self {
        Self { writer, opening }
    }
}
