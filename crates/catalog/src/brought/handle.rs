//! The handle on what mirrors have brought.

use crate::opening::Opening;
use crate::writer::WriterHandle;

/// The handle on what mirrors have brought; clones are cheap. What it writes is on the disk when the call
/// returns.
#[derive(Debug, Clone)]
pub struct Brought {
    pub(super) writer: WriterHandle,
    pub(super) opening: Opening,
}

impl Brought {
    pub(crate) fn new(writer: WriterHandle, opening: Opening) -> Self {
        Self { writer, opening }
    }
}
